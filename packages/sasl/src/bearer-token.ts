// What OAUTHBEARER (RFC 7628) and XOAUTH2 have in common: pairs that say a bearer token (RFC 6750), and the JSON that says why it is refused.

import { ProtocolError, Secret, decodeUtf8, utf8 } from "@mailwire/wire";
import type { PasswordLimits } from "./credential.ts";
import type { SaslStep } from "./mechanism.ts";

/** What a client logs in with where it has a token. */
export interface TokenLogin {
  /** The access token; wrapped or not, it is never shown. */
  readonly token: string | Secret<string>;
  /** Whose account it is for. */
  readonly user?: string;
}

/** A token as a client gave it. */
export interface TokenCredentials {
  /** The access token as it came. */
  readonly token: Secret<string>;
  /** Whom the client wants to act as; absent when it leaves that to the token. Unproven. */
  readonly user?: string;
  /** The host that the client meant to reach, where it says so. */
  readonly host?: string;
  /** The port that the client meant to reach, where it says so. */
  readonly port?: number;
}

/** Why a token is refused, for the client's program: RFC 7628 section 3.2.2. */
export interface TokenRefusal {
  /** `invalid_token`, `insufficient_scope` … (the registry of OAuth errors), or whatever the server calls it. */
  readonly status: string;
  /** The scope that a token needs. */
  readonly scope?: string;
  /** Where the server's OpenID Provider Configuration is. */
  readonly openidConfiguration?: string;
}

/**
 * Checks a token. Resolves to the identity that the session gets, to a {@link TokenRefusal}, or to `undefined` for a refusal without details; it must
 * refuse a `user` that the token is not for. Rejecting means that the check could not be done.
 */
export type VerifyToken = (credentials: TokenCredentials) => Promise<string | TokenRefusal | undefined>;

/** How tokens are taken. */
export interface TokenServerOptions {
  /** What to tell clients that say no token, to ask what is needed, and where `verify` gives no details; `invalid_token` by default. */
  readonly refusal?: TokenRefusal;
  /** The longest field and token. */
  readonly limits?: Partial<PasswordLimits>;
}

/** A server refuses a token. Clients of protocols reject with an error whose `cause` is this. Its values come from the server, unchecked. */
export class TokenRefusedError extends Error {
  /** Always `TokenRefusedError`. */
  override readonly name = "TokenRefusedError";
  /** What the server says. */
  readonly refusal: Partial<TokenRefusal>;

  constructor(refusal: Partial<TokenRefusal>) {
    super(`the token is refused: ${JSON.stringify(refusal.status ?? "no status")}`);
    this.refusal = refusal;
  }
}

const KVSEP = "\x01";

/** Every pair with its separator, and the one that ends them. */
export function encodePairs(pairs: Readonly<Record<string, string>>): Uint8Array {
  const text = Object.entries(pairs).map(([key, value]) => `${key}=${value}${KVSEP}`);
  return utf8(`${text.join("")}${KVSEP}`);
}

/**
 * Pairs by their keys; `undefined` for anything else, and when a key comes twice.
 *
 *     kvpair = key "=" value kvsep   key = 1*(ALPHA)   value = *(VCHAR / SP / HTAB / CR / LF)   kvsep = %x01
 *     1*kvpair kvsep
 */
export function decodePairs(text: string): ReadonlyMap<string, string> | undefined {
  const pairs = new Map<string, string>();
  if (!text.endsWith(KVSEP + KVSEP)) return undefined;
  for (const pair of text.slice(0, -2).split(KVSEP)) {
    const [, key, value] = /^([A-Za-z]+)=([\t\n\r -~\u0080-\u{10ffff}]*)$/u.exec(pair) ?? [];
    if (key === undefined || value === undefined || pairs.has(key)) return undefined;
    pairs.set(key, value);
  }
  return pairs;
}

/** The value of `auth` for a token. Throws a local `ProtocolError` (`bad-credential`) that does not show it when it is no bearer token. */
export function encodeAuth(token: string | Secret<string>): string {
  const text = typeof token === "string" ? token : token.reveal();
  if (!B64TOKEN.test(text)) throw new ProtocolError("local", "bad-credential", "token must be a bearer token (RFC 6750 section 2.1)");
  return `Bearer ${text}`;
}

/** The token in a value of `auth`; `undefined` when there is none. The scheme may be written in any case. */
export function decodeAuth(auth: string, { maxFieldBytes }: PasswordLimits): Secret<string> | undefined {
  const [, token] = /^bearer +(\S+) *$/i.exec(auth) ?? [];
  return token !== undefined && B64TOKEN.test(token) && token.length <= maxFieldBytes ? new Secret(token) : undefined;
}

/** b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=" */
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/** A refusal as a challenge, in JSON. */
export function refusalStep({ status, scope, openidConfiguration }: TokenRefusal): SaslStep {
  const fields = { status, scope, "openid-configuration": openidConfiguration };
  return { type: "challenge", data: utf8(JSON.stringify(fields)) };
}

/** What a challenge says about a refusal; what cannot be understood of it is left out. */
export function readRefusal(challenge: Uint8Array): TokenRefusedError {
  const fields = jsonObject(decodeUtf8(challenge) ?? "");
  const text = (name: string): string | undefined => (typeof fields[name] === "string" ? fields[name] : undefined);
  const [status, scope, openidConfiguration] = ["status", "scope", "openid-configuration"].map(text);
  return new TokenRefusedError({
    ...(status !== undefined && { status }),
    ...(scope !== undefined && { scope }),
    ...(openidConfiguration !== undefined && { openidConfiguration }),
  });
}

function jsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
