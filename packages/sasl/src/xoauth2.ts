// XOAUTH2, both sides: Google's forerunner of OAUTHBEARER, which Microsoft and others took over. Only for secure connections.
// https://developers.google.com/gmail/imap/xoauth2-protocol

import { ProtocolError, decodeUtf8, utf8 } from "@mailwire/wire";
import { decodeAuth, decodePairs, encodeAuth, encodePairs } from "./bearer-token.ts";
import type { TokenCredentials, TokenLogin, TokenServerOptions, VerifyToken } from "./bearer-token.ts";
import { decodeField, encodeField } from "./credential.ts";
import type { PasswordLimits } from "./credential.ts";
import type { SaslClient, SaslServerMechanism } from "./mechanism.ts";
import { tokenClient, tokenServer } from "./token-exchange.ts";

const NAME = "XOAUTH2";

/** What an XOAUTH2 client logs in with. */
export interface Xoauth2Credentials extends TokenLogin {
  /** Whose account it is for. */
  readonly user: string;
}

/**
 * Logs in by XOAUTH2. Throws a local `ProtocolError` (`bad-credential`) for what cannot be said. Where the token is refused, `refusal` of the client,
 * and the `cause` of the error with which a protocol's client rejects, is a {@link TokenRefusedError}.
 */
export function xoauth2Client({ user, token }: Xoauth2Credentials): SaslClient {
  encodeField("user", user);
  if (user.includes("\x01")) throw new ProtocolError("local", "bad-credential", "user must not have a control character");
  return tokenClient(NAME, encodePairs({ user, auth: encodeAuth(token) }), new Uint8Array());
}

/** Offers XOAUTH2; `verify` checks each token, and whether it is for `user`. A refusal is told to the client in JSON. */
export function xoauth2Server(verify: VerifyToken, options: TokenServerOptions = {}): SaslServerMechanism {
  return tokenServer(NAME, decodeMessage, verify, options);
}

/** "user=" user %x01 "auth=Bearer " token %x01 %x01 */
function decodeMessage(message: Uint8Array, limits: PasswordLimits): TokenCredentials | "no-token" | undefined {
  const pairs = decodePairs(decodeUtf8(message) ?? "");
  const user = decodeField(utf8(pairs?.get("user") ?? ""), limits);
  const auth = pairs?.get("auth");
  if (user === undefined || auth === undefined) return undefined;
  if (auth === "") return "no-token";
  const token = decodeAuth(auth, limits);
  return token === undefined ? undefined : { user, token };
}
