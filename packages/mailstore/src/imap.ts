/**
 * The store interface behind POP3 and IMAP servers and SMTP delivery, with an in-memory store.
 * @packageDocumentation
 */
export {};
