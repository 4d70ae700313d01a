// How much of a hostile message is looked into. What lies beyond a limit is still served, as bytes without structure.

/** Limits of {@link parseMessage}. */
export interface MessageLimits {
  /** Entities inside one another, the message itself included. Deeper multiparts and messages count as plain attachments. */
  readonly maxDepth: number;
  /** Entities in all, the message itself included. Later ones stay part of the last one counted. */
  readonly maxParts: number;
  /** Bytes of one field's value that are looked at; the rest of that value is not. */
  readonly maxFieldBytes: number;
}

/** The limits unless told otherwise. */
export const DEFAULT_LIMITS: MessageLimits = {
  // Real mail nests fewer than ten deep; what walks the structure recurses, and a client must hold it. Dovecot stops at 100 too.
  maxDepth: 100,
  // Enough for a digest of a busy list; bounds a message made of nothing but delimiters. Dovecot stops at 10000 too.
  maxParts: 10_000,
  // Some 5000 addresses; a field longer than this is an attack or an accident.
  maxFieldBytes: 262_144,
};
