// What a store cannot do, as an IMAP server says it (RFC 5530).

import type { ResponseCode } from "@mailwire/imap/codec";
import { ImapRefusal } from "@mailwire/imap/server";
import { StoreError, type StoreErrorCode } from "./store-error.ts";

const CODES: Readonly<Record<StoreErrorCode, ResponseCode>> = {
  nonexistent: { type: "NONEXISTENT" },
  "already-exists": { type: "ALREADYEXISTS" },
  cannot: { type: "CANNOT" },
  "over-quota": { type: "OVERQUOTA" },
  "too-large": { type: "LIMIT" },
  busy: { type: "UNAVAILABLE" },
};

/** The result of a call of the store; what the store cannot do becomes a refusal. */
export async function refusing<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof StoreError) throw new ImapRefusal(CODES[error.code], error.message);
    throw error;
  }
}
