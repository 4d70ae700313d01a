/**
 * The store interface behind POP3 and IMAP servers and SMTP delivery. A store in memory is in `./memory`; what serves a store and delivers
 * into it is in `./imap`, `./pop3` and `./smtp`.
 * @packageDocumentation
 */
export { hasFlag, sameFlags, SYSTEM_FLAGS, type Flag, type FlagAction } from "./flag.ts";
export { internalDate, type InternalDate } from "./internal-date.ts";
export { canonicalName, DELIMITER, INBOX, newName } from "./mailbox-name.ts";
export { MailboxView, type ExpungePolicy, type ViewUpdate } from "./mailbox-view.ts";
export { StoreError, type StoreErrorCode } from "./store-error.ts";
export type * from "./store.ts";
