// Bounds of the decoders.

/** Bounds of {@link ResponseDecoder}: what a server can make a client hold. */
export interface ResponseLimits {
  /** Bytes of a response that are held at once: its lines and those literals that do not stream. Beyond it the stream is given up. */
  readonly maxResponseBytes: number;
  /** Bytes of one atom or quoted string; an item with a longer one is `invalid`. */
  readonly maxTokenBytes: number;
  /** Parentheses within parentheses; an item nested deeper is `invalid`. */
  readonly maxNesting: number;
  /** Announced size of a literal; beyond it the stream is given up. */
  readonly maxLiteralBytes: number;
  /** Literals of message data larger than this pass as chunks; smaller ones arrive inside their item. */
  readonly streamLiteralBytes: number;
  /** A SEARCH or ESEARCH response with a longer line is read as it comes, and not kept as bytes; Infinity for none. */
  readonly streamSearchBytes: number;
  /** Numbers of one SEARCH response, ranges of one ESEARCH response: these are read as they come, whatever the line's length. */
  readonly maxSearchNumbers: number;
}

/** Defaults of {@link ResponseLimits}. */
export const DEFAULT_RESPONSE_LIMITS: ResponseLimits = {
  // Dovecot and Gmail send BODYSTRUCTURE lines of some hundred KB for messages with thousands of parts; ten times that.
  maxResponseBytes: 8 * 1024 * 1024,
  // The longest strings seen in the field are References and To fields of some 100 KB.
  maxTokenBytes: 1024 * 1024,
  // MIME nesting beyond 100 is refused by the large mail servers; each level of a message/rfc822 costs two.
  maxNesting: 256,
  // RFC 3501: a literal's size is a 32-bit number; RFC 9051 allows 63 bits. Only what streams can be this large.
  maxLiteralBytes: 0xffff_ffff,
  // Larger than nearly all header blocks, small enough that a batch of messages never adds up.
  streamLiteralBytes: 64 * 1024,
  // Longer than most, and short enough to be held for each of a thousand connections.
  streamSearchBytes: 4096,
  // The largest mailboxes known hold a few million messages.
  maxSearchNumbers: 10_000_000,
};

/** Bounds of {@link CommandDecoder}: what a client can make a server hold. Use smaller ones before authentication. */
export interface CommandLimits {
  /** Bytes of one line of a command, line end included. */
  readonly maxLineBytes: number;
  /** Bytes of a command that are held at once: its lines and literals other than APPEND's message. */
  readonly maxCommandBytes: number;
  /** Announced size of a literal that is an argument; a larger one is refused. */
  readonly maxLiteralBytes: number;
  /** Announced size of a message to APPEND; a larger one is refused. */
  readonly maxAppendBytes: number;
  /** Refused bytes that are read and dropped to stay in step; beyond it the stream is given up. */
  readonly maxDrainBytes: number;
  /** Literals in one command. */
  readonly maxLiterals: number;
  /** Parentheses within parentheses, NOT and OR within each other. */
  readonly maxNesting: number;
}

/** Defaults of {@link CommandLimits}, for authenticated clients. */
export const DEFAULT_COMMAND_LIMITS: CommandLimits = {
  // RFC 7162 section 4 and RFC 9051 section 4 ask for 8192 at least; clients send UID sets of 50 KB (Apple Mail).
  maxLineBytes: 64 * 1024,
  // A SEARCH with many literals, and nothing else, comes near this.
  maxCommandBytes: 256 * 1024,
  // Search strings and mailbox names; nobody has a name of 64 KB.
  maxLiteralBytes: 64 * 1024,
  // Generous to today's messages (Gmail: 50 MB, Exchange: 150 MB); the mailbox's owner may allow less.
  maxAppendBytes: 256 * 1024 * 1024,
  // A refused message is drained as it comes, at no cost in memory; far more than that is an attack.
  maxDrainBytes: 256 * 1024 * 1024,
  // Each makes the command be read once more up to there; a SEARCH by hand for that many words is unheard of.
  maxLiterals: 64,
  // People write none, programs two or three.
  maxNesting: 64,
};

/** {@link CommandLimits} before authentication: user name, password and capabilities are all that is asked for. */
export const UNAUTHENTICATED_COMMAND_LIMITS: CommandLimits = {
  // SASL initial responses (Kerberos, OAuth tokens) of 12 KB are seen in the field (RFC 4959 names no bound).
  maxLineBytes: 16 * 1024,
  // Two literals, user name and password, beside a line.
  maxCommandBytes: 24 * 1024,
  // A user name or password.
  maxLiteralBytes: 4 * 1024,
  // No APPEND before authentication.
  maxAppendBytes: 4 * 1024,
  // Non-synchronizing literals of LITERAL- clients are at most 4096 bytes (RFC 7888); leave room for a few.
  maxDrainBytes: 64 * 1024,
  // User name and password, and then some.
  maxLiterals: 4,
  // Nothing nests here.
  maxNesting: 8,
};
