// The messages of a SCRAM exchange between bytes and values (RFC 5802 section 7). Reading gives `undefined` for all that is not in the
// grammar, mandatory extensions (`m=`) included; optional extensions are skipped.

import { decodeBase64, decodeUtf8, encodeBase64 } from "@mailwire/wire";
import { decodeSaslName, encodeSaslName } from "../saslname.ts";

/**
 * What a client says of channel binding:
 *
 *     gs2-cbind-flag  = ("p=" cb-name) / "n" / "y"
 *     cb-name         = 1*(ALPHA / DIGIT / "." / "-")
 */
export type BindingFlag =
  /** `p`: this exchange is bound to its channel. */
  | { readonly type: "used"; readonly name: string }
  /** `y`: this client could, and the server does not seem to. */
  | { readonly type: "not-offered" }
  /** `n`: this client cannot. */
  | { readonly type: "unsupported" };

export interface ClientFirst {
  readonly flag: BindingFlag;
  readonly authorizationIdentity?: string;
  readonly user: string;
  readonly nonce: string;
  /** The `gs2-header`, as it was sent. */
  readonly header: string;
  /** The `client-first-message-bare`, as it was sent. */
  readonly bare: string;
}

export interface ServerFirst {
  readonly nonce: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

export interface ClientFinal {
  /** The `cbind-input`. */
  readonly bindingInput: Uint8Array;
  readonly nonce: string;
  readonly proof: Uint8Array;
  /** The `client-final-message-without-proof`, as it was sent. */
  readonly withoutProof: string;
}

export type ServerFinal =
  { readonly type: "verifier"; readonly signature: Uint8Array } | { readonly type: "error"; readonly value: string };

/** value = 1*value-char ;; UTF-8 without NUL and "," */
const VALUE = String.raw`[^,\0]+`;
/** saslname = 1*(value-safe-char / "=2C" / "=3D") */
const SASLNAME = String.raw`(?:[^=,\0]|=2C|=3D)+`;
/** printable = %x21-2B / %x2D-7E, one or more */
const NONCE = String.raw`[\x21-\x2b\x2d-\x7e]+`;
/** Strictness is {@link decodeBase64}'s. */
const BASE64 = "[A-Za-z0-9+/=]+";
/** posit-number = %x31-39 *DIGIT ;; no more digits than WebCrypto takes */
const POSIT_NUMBER = "[1-9][0-9]{0,8}";
/** extensions = attr-val *("," attr-val) ;; by letters that RFC 5802 does not use itself */
const EXTENSIONS = `(?:,[bdfghjkloqtuw-zA-Z]=${VALUE})*`;

const CLIENT_FIRST = new RegExp(
  `^(?<header>(?<flag>p=(?<binding>[A-Za-z0-9.-]+)|n|y),(?:a=(?<identity>${SASLNAME}))?,)` +
    `(?<bare>n=(?<user>${SASLNAME}),r=(?<nonce>${NONCE})${EXTENSIONS})$`,
);
const SERVER_FIRST = new RegExp(`^r=(?<nonce>${NONCE}),s=(?<salt>${BASE64}),i=(?<iterations>${POSIT_NUMBER})${EXTENSIONS}$`);
const CLIENT_FINAL = new RegExp(`^(?<bound>c=(?<input>${BASE64}),r=(?<nonce>${NONCE})${EXTENSIONS}),p=(?<proof>${BASE64})$`);
const SERVER_FINAL = new RegExp(`^(?:v=(?<verifier>${BASE64})|e=(?<error>${VALUE}))${EXTENSIONS}$`);

/** The text of a message; `undefined` when it is too long or not UTF-8. */
export function messageText(message: Uint8Array, maxMessageBytes: number): string | undefined {
  return message.length > maxMessageBytes ? undefined : decodeUtf8(message);
}

/** gs2-header = gs2-cbind-flag "," [ "a=" saslname ] "," */
export function encodeHeader(flag: BindingFlag, authorizationIdentity: string | undefined): string {
  const sign = flag.type === "used" ? `p=${flag.name}` : flag.type === "not-offered" ? "y" : "n";
  return `${sign},${authorizationIdentity === undefined ? "" : `a=${encodeSaslName(authorizationIdentity)}`},`;
}

/** client-first-message-bare = username "," nonce */
export function encodeClientFirstBare(user: string, nonce: string): string {
  return `n=${encodeSaslName(user)},r=${nonce}`;
}

/** client-first-message = gs2-header [reserved-mext ","] username "," nonce ["," extensions] */
export function decodeClientFirst(message: string): ClientFirst | undefined {
  const { header, flag, binding, identity, bare, user, nonce } = CLIENT_FIRST.exec(message)?.groups ?? {};
  if (header === undefined || bare === undefined || user === undefined || nonce === undefined) return undefined;
  return {
    flag: binding !== undefined ? { type: "used", name: binding } : { type: flag === "y" ? "not-offered" : "unsupported" },
    ...(identity !== undefined && { authorizationIdentity: decodeSaslName(identity) }),
    user: decodeSaslName(user),
    nonce,
    header,
    bare,
  };
}

/** server-first-message = nonce "," salt "," iteration-count */
export function encodeServerFirst({ nonce, salt, iterations }: ServerFirst): string {
  return `r=${nonce},s=${encodeBase64(salt)},i=${iterations}`;
}

/** server-first-message = [reserved-mext ","] nonce "," salt "," iteration-count ["," extensions] */
export function decodeServerFirst(message: string): ServerFirst | undefined {
  const { nonce, salt, iterations } = SERVER_FIRST.exec(message)?.groups ?? {};
  const bytes = salt === undefined ? undefined : decodeBase64(salt);
  return nonce === undefined || bytes === undefined ? undefined : { nonce, salt: bytes, iterations: Number(iterations) };
}

/** client-final-message-without-proof = channel-binding "," nonce */
export function encodeClientFinalWithoutProof(bindingInput: Uint8Array, nonce: string): string {
  return `c=${encodeBase64(bindingInput)},r=${nonce}`;
}

/** client-final-message = channel-binding "," nonce ["," extensions] "," proof */
export function decodeClientFinal(message: string): ClientFinal | undefined {
  const { bound, input, nonce, proof } = CLIENT_FINAL.exec(message)?.groups ?? {};
  const bindingInput = input === undefined ? undefined : decodeBase64(input);
  const proofBytes = proof === undefined ? undefined : decodeBase64(proof);
  if (bound === undefined || nonce === undefined || bindingInput === undefined || proofBytes === undefined) return undefined;
  return { bindingInput, nonce, proof: proofBytes, withoutProof: bound };
}

/** server-final-message = (server-error / verifier) ["," extensions] */
export function decodeServerFinal(message: string): ServerFinal | undefined {
  const { verifier, error } = SERVER_FINAL.exec(message)?.groups ?? {};
  if (error !== undefined) return { type: "error", value: error };
  const signature = verifier === undefined ? undefined : decodeBase64(verifier);
  return signature === undefined ? undefined : { type: "verifier", signature };
}
