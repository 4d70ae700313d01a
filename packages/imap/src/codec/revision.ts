// What a connection has been raised to by ENABLE (RFC 9051 appendix A, RFC 9755).

/**
 * What both sides have agreed on. `UTF8=ACCEPT` is IMAP4rev1 with strings and mailbox names in UTF-8, in quotes; IMAP4rev2 has them too,
 * may say texts for people in UTF-8, and has no more what `obsoleteCommand` and `obsoleteResponse` name.
 */
export type Revision = "IMAP4rev1" | "UTF8=ACCEPT" | "IMAP4rev2";

/** What a connection is raised to when the server says that these are enabled. */
export function revisionOf(enabled: Iterable<string>): Revision {
  const names = new Set(Array.from(enabled, (name) => name.toUpperCase()));
  if (names.has("IMAP4REV2")) return "IMAP4rev2";
  return names.has("UTF8=ACCEPT") ? "UTF8=ACCEPT" : "IMAP4rev1";
}
