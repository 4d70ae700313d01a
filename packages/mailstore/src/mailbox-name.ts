// Names of mailboxes in a store: Unicode, levels separated by "/", INBOX in any case (RFC 3501 section 5.1).

import { StoreError } from "./store-error.ts";

/** The mailbox that every account has. */
export const INBOX = "INBOX";

/** The character between levels of the hierarchy. */
export const DELIMITER = "/";

/** Enough for any folder tree; keeps names out of the way of path and column limits of stores on disk. */
const MAX_NAME_LENGTH = 1000;

/** The name under which a mailbox is kept: INBOX in upper case, every other as it is. */
export function canonicalName(name: string): string {
  return name.toUpperCase() === INBOX ? INBOX : name;
}

/** {@link canonicalName} of a name that a new mailbox may have; throws `cannot` for any other. */
export function newName(name: string): string {
  // Control characters, list wildcards, and empty levels.
  if (name.length > MAX_NAME_LENGTH || /[\0-\x1f\x7f%*]/.test(name) || name.split(DELIMITER).includes("")) {
    throw new StoreError("cannot", "a mailbox cannot have this name");
  }
  return canonicalName(name);
}

/** True when the mailbox `name` lies under `parent`. */
export function isUnder(name: string, parent: string): boolean {
  return name.startsWith(parent + DELIMITER);
}
