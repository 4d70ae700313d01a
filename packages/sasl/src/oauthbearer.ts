// OAUTHBEARER, both sides (RFC 7628): a bearer token of OAuth 2.0. Only for secure connections.

import { concat, decodeUtf8, ProtocolError, utf8 } from "@mailwire/wire";
import { decodeAuth, decodePairs, encodeAuth, encodePairs } from "./bearer-token.ts";
import type { TokenCredentials, TokenLogin, TokenServerOptions, VerifyToken } from "./bearer-token.ts";
import { encodeField } from "./credential.ts";
import type { PasswordLimits } from "./credential.ts";
import type { SaslClient, SaslServerMechanism } from "./mechanism.ts";
import { decodeSaslName, encodeSaslName } from "./saslname.ts";
import { tokenClient, tokenServer } from "./token-exchange.ts";

const NAME = "OAUTHBEARER";

/** What an OAUTHBEARER client logs in with. */
export interface OauthBearerCredentials extends TokenLogin {
  /** The host that the client connected to, for servers that have many. */
  readonly host?: string;
  /** The port that the client connected to. */
  readonly port?: number;
}

/**
 * Logs in by OAUTHBEARER. Throws a local `ProtocolError` (`bad-credential`) for what cannot be said. Where the token is refused, `refusal` of the client,
 * and the `cause` of the error with which a protocol's client rejects, is a {@link TokenRefusedError}.
 */
export function oauthBearerClient({ token, user, host, port }: OauthBearerCredentials): SaslClient {
  const authzid = user === undefined ? new Uint8Array() : concat([utf8("a="), encodeField("user", encodeSaslName(user))]);
  if (host !== undefined && !/^[!-~]+$/.test(host)) throw new ProtocolError("local", "bad-credential", "host must be the name of a host");
  if (port !== undefined && !Number.isInteger(port)) throw new ProtocolError("local", "bad-credential", "port must be a number");
  const pairs = encodePairs({
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port: String(port) }),
    auth: encodeAuth(token),
  });
  return tokenClient(NAME, concat([utf8("n,"), authzid, utf8(",\x01"), pairs]), Uint8Array.of(1));
}

/** Offers OAUTHBEARER; `verify` checks each token. A refusal is told to the client in JSON. */
export function oauthBearerServer(verify: VerifyToken, options: TokenServerOptions = {}): SaslServerMechanism {
  return tokenServer(NAME, decodeMessage, verify, options);
}

/**
 *     client-resp = (gs2-header kvsep *kvpair kvsep) / kvsep
 *     gs2-header  = ("n" / "y") "," ["a=" saslname] "," ;; there is no channel binding here
 */
function decodeMessage(message: Uint8Array, limits: PasswordLimits): TokenCredentials | "no-token" | undefined {
  const [, name, rest = ""] = /^[ny],(?:a=((?:[^=,\0\x01]|=2C|=3D)+))?,\x01(.*)$/s.exec(decodeUtf8(message) ?? "") ?? [];
  const pairs = decodePairs(rest);
  const auth = pairs?.get("auth");
  const user = name === undefined ? undefined : decodeSaslName(name);
  if (pairs === undefined || auth === undefined || utf8(user ?? "").length > limits.maxFieldBytes) return undefined;
  if (auth === "") return "no-token";
  const token = decodeAuth(auth, limits);
  const host = pairs.get("host");
  const port = pairs.get("port");
  if (token === undefined || (port !== undefined && !/^\d{1,5}$/.test(port))) return undefined;
  return {
    token,
    ...(user !== undefined && { user }),
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port: Number(port) }),
  };
}
