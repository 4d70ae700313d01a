// A name or a password of this side, prepared for SCRAM (RFC 5802 sections 2.2 and 5.1).

import { ProtocolError } from "@mailwire/wire";
import type { Secret } from "@mailwire/wire";
import { saslprep } from "../saslprep.ts";

/** A password as it is hashed; `undefined` where SASLprep leaves nothing of it or does not allow it. */
export function preparePassword(password: string | Secret<string>): string | undefined {
  return saslprep(typeof password === "string" ? password : password.reveal(), "stored") || undefined;
}

/** What was `prepared` of a field; throws a local `ProtocolError` (`bad-credential`) where that is nothing. */
export function requirePrepared(field: string, prepared: string | undefined): string {
  if (prepared !== undefined && prepared !== "") return prepared;
  const rule = "empty, or with characters that are prohibited, mixed in direction or (password) not in Unicode 3.2";
  throw new ProtocolError("local", "bad-credential", `${field} is not what SASLprep (RFC 4013) allows: ${rule}`);
}
