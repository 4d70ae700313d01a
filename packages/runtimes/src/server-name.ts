// What servers and tests both know.

/** The name in the servers' certificates, beside 127.0.0.1. */
export const SERVER_NAME = "mail.example";
