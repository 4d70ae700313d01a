// Capabilities (RFC 2449 sections 5 and 6): tags with parameters, one per line, and the values that the parameters stand for.
// capability-line = capa-tag *(SP param)    capa-tag = 1*cchar    param = 1*schar

import { ProtocolError } from "@mailwire/wire";

/** One capability. */
export interface Capability {
  /** The tag in upper case: `PIPELINING`, `SASL`. */
  readonly name: string;
  /** What follows it, as it came. */
  readonly parameters: readonly string[];
}

/** The tags that {@link Capabilities}, the client or the server know. Any other is kept just the same. */
export type CapabilityName =
  | "TOP"
  | "USER"
  | "SASL"
  | "RESP-CODES"
  | "AUTH-RESP-CODE"
  | "LOGIN-DELAY"
  | "PIPELINING"
  | "EXPIRE"
  | "UIDL"
  | "IMPLEMENTATION"
  | "STLS"
  | "UTF8"
  | "LANG";

/** How soon a user may come back (RFC 2449 section 6.5). */
export interface LoginDelay {
  /** Least seconds between two logins. */
  readonly seconds: number;
  /** `per-user`: the largest of all users' values; CAPA tells the own one after the login. */
  readonly scope: "everybody" | "per-user";
}

/** How long messages stay on the server (RFC 2449 section 6.7). */
export interface Expire {
  /** Least days that a message is kept; 0 when none may be left there, `never` when none is removed. */
  readonly days: number | "never";
  /** `per-user`: the smallest of all users' values; CAPA tells the own one after the login. */
  readonly scope: "everybody" | "per-user";
}

/** What of UTF-8 there is besides the command UTF8 (RFC 6856 section 2.2). */
export interface Utf8Support {
  /** True when names and passwords may have characters beyond ASCII. */
  readonly user: boolean;
}

/** All capabilities of a server, in its order: parameters by tag, tags in upper case; and what the parameters of some stand for. */
export class Capabilities extends Map<CapabilityName | (string & {}), readonly string[]> {
  constructor(list: Iterable<Capability>) {
    super(Array.from(list, ({ name, parameters }) => [name, parameters]));
  }

  /** The SASL mechanisms that AUTH takes, in upper case; `undefined` when the server does not know RFC 5034. */
  get saslMechanisms(): readonly string[] | undefined {
    return this.get("SASL")?.map((mechanism) => mechanism.toUpperCase());
  }

  /** LOGIN-DELAY; `undefined` when it is not there, or no number. */
  get loginDelay(): LoginDelay | undefined {
    const [seconds, scope] = this.get("LOGIN-DELAY") ?? [];
    return isNumber(seconds) ? { seconds: Number(seconds), scope: scopeOf(scope) } : undefined;
  }

  /** EXPIRE; `undefined` when it is not there, or neither a number nor `NEVER`. */
  get expire(): Expire | undefined {
    const [days, scope] = this.get("EXPIRE") ?? [];
    if (days?.toUpperCase() === "NEVER") return { days: "never", scope: scopeOf(scope) };
    return isNumber(days) ? { days: Number(days), scope: scopeOf(scope) } : undefined;
  }

  /** IMPLEMENTATION: what the server is, for logs. */
  get implementation(): string | undefined {
    return this.get("IMPLEMENTATION")?.join(" ");
  }

  /** UTF8; `undefined` when the server does not know RFC 6856. */
  get utf8(): Utf8Support | undefined {
    const parameters = this.get("UTF8");
    return parameters && { user: parameters.some((word) => word.toUpperCase() === "USER") };
  }
}

function isNumber(word: string | undefined): word is string {
  return word !== undefined && /^\d{1,10}$/.test(word);
}

function scopeOf(word: string | undefined): "everybody" | "per-user" {
  return word?.toUpperCase() === "USER" ? "per-user" : "everybody";
}

/** Reads a capability line; `undefined` when there is no tag in it. */
export function decodeCapability(text: string): Capability | undefined {
  const [name, ...parameters] = text.split(/[ \t]+/).filter((word) => word !== "");
  return name === undefined ? undefined : { name: name.toUpperCase(), parameters };
}

/** The text of a capability line; throws a local `ProtocolError` (`bad-capability`) when a word is empty or not printable ASCII. */
export function encodeCapability(capability: Capability): string {
  const words = [capability.name, ...capability.parameters];
  if (!words.every((word) => /^[!-~]+$/.test(word))) {
    throw new ProtocolError("local", "bad-capability", "a capability is made of words of printable ASCII");
  }
  return words.join(" ");
}

/** LOGIN-DELAY as a capability. */
export function loginDelayCapability({ seconds, scope }: LoginDelay): Capability {
  return { name: "LOGIN-DELAY", parameters: [String(seconds), ...scopeWords(scope)] };
}

/** EXPIRE as a capability. */
export function expireCapability({ days, scope }: Expire): Capability {
  return { name: "EXPIRE", parameters: [String(days).toUpperCase(), ...scopeWords(scope)] };
}

/** UTF8 as a capability. */
export function utf8Capability({ user }: Utf8Support): Capability {
  return { name: "UTF8", parameters: user ? ["USER"] : [] };
}

function scopeWords(scope: "everybody" | "per-user"): readonly string[] {
  return scope === "per-user" ? ["USER"] : [];
}
