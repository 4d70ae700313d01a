// The codec rows: what is measured, beside whom, and which of them the short table shows.
export const CODECS = {
  "dot-stuffing": {
    bench: "dotstuff",
    metric: "mbpcpu",
    limit: "limit-memcpy",
    // direction : body : chunk size
    cases: ["enc", "dec"].flatMap((way) =>
      ["mixed:65536", "mixed:16384", "mixed:1024", "mixed:16", "mixed:1", "dots:65536", "oneline:65536"].map((body) => `${way}:${body}`),
    ),
    short: ["enc", "dec"].flatMap((way) => ["mixed:65536", "mixed:16", "mixed:1", "dots:65536"].map((body) => `${way}:${body}`)),
    adapters: ["mailwire", "mailwire-normalize", "mailwire-keep", "nodemailer", "nodemailer-core", "smtp-server", "node-pop3", "yapople"],
    // These two copy all that came so far for each chunk: quadratic, and wrong besides. Name them with --impls to see them.
    shortAdapters: ["mailwire", "mailwire-normalize", "mailwire-keep", "nodemailer", "nodemailer-core", "smtp-server"],
    limits: ["limit-memcpy", "limit-scan", "limit-jsloop"],
  },
  imap: {
    bench: "imap",
    metric: "mbpcpu",
    limit: "limit-latin1",
    cases: ["flags", "envelopes", "headers", "literal", "search", "esearch"],
    short: ["flags", "envelopes", "headers", "literal", "search", "esearch"],
    adapters: ["mailwire", "node-imap", "imapflow", "imapflow-message", "emailjs"],
    shortAdapters: ["mailwire", "node-imap", "imapflow"],
    limits: ["limit-memcpy", "limit-scan", "limit-latin1", "limit-jsloop"],
  },
  smtp: {
    bench: "smtp",
    metric: "upcpu",
    limit: "limit-latin1",
    // what : chunk size, or one chunk per reply or command
    cases: ["replies:16384", "replies:each", "commands:16384", "commands:each"],
    short: ["replies:16384", "replies:each", "commands:16384", "commands:each"],
    adapters: ["mailwire", "nodemailer", "smtp-server"],
    shortAdapters: ["mailwire", "nodemailer", "smtp-server"],
    limits: ["limit-memcpy", "limit-scan", "limit-latin1", "limit-jsloop"],
  },
  "smtp-conversation": {
    bench: "smtp",
    metric: "upcpu",
    limit: "limit-latin1",
    cases: ["commands:16384", "commands:each"],
    short: ["commands:16384"],
    adapters: ["mailwire-conversation", "mailwire-server-session", "smtp-server-session"],
    shortAdapters: ["mailwire-conversation", "mailwire-server-session", "smtp-server-session"],
    limits: ["limit-latin1"],
  },
  // Answers of a server to a client that asked for 2,000 messages of 10 KiB, or said 1,000 NOOPs, at once.
  pop3: {
    bench: "pop3",
    metric: "upcpu",
    limit: "limit-socket",
    cases: ["messages:65536", "messages:1000", "noops:65536"],
    short: ["messages:65536", "noops:65536"],
    adapters: ["mailwire-conversation"],
    shortAdapters: ["mailwire-conversation", "limit-socket"],
    limits: ["limit-socket"],
  },
};

/** Every adapter with a codec, in the order shown. */
export const ALL = [...new Set(Object.values(CODECS).flatMap(({ limits, adapters }) => [...limits, ...adapters]))];
