// What a server offers in its answer to EHLO, RFC 5321 section 4.1.1.1.

import { ProtocolError } from "@mailwire/wire";
import { type Reply, reply } from "./reply.ts";

/** One line of the answer to EHLO. */
export interface Extension {
  /** In capitals. */
  readonly keyword: string;
  /** The words behind it, as they came. */
  readonly parameters: readonly string[];
}

/** The keywords that {@link Extensions} or the client know. Any other is kept just the same. */
export type ExtensionKeyword =
  | "PIPELINING"
  | "SIZE"
  | "8BITMIME"
  | "SMTPUTF8"
  | "STARTTLS"
  | "AUTH"
  | "ENHANCEDSTATUSCODES"
  | "DSN"
  | "VRFY"
  | "EXPN"
  | "HELP"
  | "ETRN"
  | "CHUNKING"
  | "BINARYMIME"
  | "REQUIRETLS"
  | "DELIVERBY"
  | "MT-PRIORITY"
  | "FUTURERELEASE"
  | "NO-SOLICITING"
  | "LIMITS"
  | "XCLIENT"
  | "XFORWARD";

/** The extensions that a server offers, in its order. */
export class Extensions implements Iterable<Extension> {
  readonly #list: readonly Extension[];
  /** By keyword; the first of two counts. */
  readonly #parameters: ReadonlyMap<string, readonly string[]>;

  constructor(list: readonly Extension[]) {
    this.#list = list;
    this.#parameters = new Map([...list].reverse().map(({ keyword, parameters }) => [keyword, parameters]));
  }

  /** True when `keyword` (in capitals) is offered. */
  has(keyword: ExtensionKeyword | (string & {})): boolean {
    return this.#parameters.has(keyword);
  }

  /** The words behind `keyword`; `undefined` when it is not offered. */
  parameters(keyword: ExtensionKeyword | (string & {})): readonly string[] | undefined {
    return this.#parameters.get(keyword);
  }

  /** The largest message that the server takes (RFC 1870); `undefined` when it names none, which `SIZE 0` and `SIZE` alone mean too. */
  get maxMessageBytes(): number | undefined {
    const [size = ""] = this.parameters("SIZE") ?? [];
    return /^\d{1,20}$/.test(size) && Number(size) > 0 ? Number(size) : undefined;
  }

  /** The SASL mechanisms offered, in capitals, each once; old servers write `AUTH=` and mean the same. */
  get authMechanisms(): readonly string[] {
    const mechanisms = this.#list.filter(({ keyword }) => keyword === "AUTH").flatMap(({ parameters }) => parameters);
    return [...new Set(mechanisms.map((mechanism) => mechanism.toUpperCase()))];
  }

  /** The limits that the server names (RFC 9422), those that are not numbers left out: `MAILMAX`, `RCPTMAX`, `RCPTDOMAINMAX`. */
  get limits(): Readonly<Partial<Record<string, number>>> {
    const named = (this.parameters("LIMITS") ?? []).map((word) => /^([\w-]+)=([1-9]\d{0,5})$/.exec(word));
    return Object.fromEntries(named.flatMap((match) => (match === null ? [] : [[match[1]?.toUpperCase() ?? "", Number(match[2])]])));
  }

  /** The least seconds that may be asked for by DELIVERBY (RFC 2852); `undefined` when the server names none. */
  get minDeliverBySeconds(): number | undefined {
    const [seconds = ""] = this.parameters("DELIVERBY") ?? [];
    return /^\d{1,9}$/.test(seconds) ? Number(seconds) : undefined;
  }

  /** How long a message may be held back (RFC 4865); `undefined` where the server does not offer it. */
  get futureRelease(): { readonly maxSeconds: number; readonly maxDateTime: string } | undefined {
    const [seconds = "", dateTime = ""] = this.parameters("FUTURERELEASE") ?? [];
    return /^\d{1,9}$/.test(seconds) ? { maxSeconds: Number(seconds), maxDateTime: dateTime } : undefined;
  }

  /** Goes through them in order. */
  [Symbol.iterator](): Iterator<Extension> {
    return this.#list.values();
  }

  /** The list. */
  toJSON(): readonly Extension[] {
    return this.#list;
  }
}

/** No extensions: what HELO leaves, and what a client knows before EHLO. */
export const NO_EXTENSIONS: Extensions = new Extensions([]);

/** The positive answer to EHLO as values: who the server is, and what it offers. */
export interface EhloAnswer {
  /** The first word of the first line. */
  readonly domain: string;
  /** What it offers. */
  readonly extensions: Extensions;
}

/**
 * Reads the positive answer to EHLO or HELO; lines that are no keyword are left out.
 *
 *     ehlo-line = ehlo-keyword *( SP ehlo-param )
 */
export function decodeEhloAnswer({ lines }: Reply): EhloAnswer {
  const [first = "", ...rest] = lines;
  const list: Extension[] = [];
  for (const line of rest) {
    const [keyword = "", ...parameters] = line
      .replace(/^(AUTH)=/i, "$1 ")
      .trim()
      .split(/[ \t]+/);
    if (/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(keyword)) list.push({ keyword: keyword.toUpperCase(), parameters });
  }
  return { domain: first.split(" ", 1)[0] ?? "", extensions: new Extensions(list) };
}

/** The positive answer to EHLO; throws a local `ProtocolError` (`bad-extension`) for what cannot be offered. `greeting` follows the domain. */
export function ehloReply(domain: string, greeting: string, extensions: Iterable<Extension>): Reply {
  const lines = [`${domain} ${greeting}`];
  for (const { keyword, parameters } of extensions) {
    if (!/^[A-Z0-9][A-Z0-9-]*$/.test(keyword) || !parameters.every((parameter) => /^[!-~]+$/.test(parameter))) {
      throw new ProtocolError("local", "bad-extension", `cannot be offered: ${JSON.stringify([keyword, ...parameters])}`);
    }
    lines.push([keyword, ...parameters].join(" "));
  }
  return reply(250, lines);
}
