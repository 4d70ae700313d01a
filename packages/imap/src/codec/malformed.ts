// How readers say that bytes do not follow the grammar. It never leaves the codec: decoders turn it into `invalid` or `bad`.

/** Bytes that cannot be read as what they should be. */
export class Malformed extends Error {
  override readonly name = "Malformed";
  /** Stable kebab-case name of what is wrong. */
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

/** The grammar wants a literal whose bytes are not here yet. */
export class LiteralAhead extends Malformed {
  constructor() {
    super("literal-ahead");
  }
}

/** Passes on what is not {@link Malformed}: a mistake in the codec must not be taken for one of the peer. */
export function expectMalformed(fault: unknown): asserts fault is Malformed {
  if (!(fault instanceof Malformed)) throw fault;
}

/** What `read` gives, or what `otherwise` makes of the {@link Malformed} it throws. Where much is read, a plain `try` is faster. */
export function attempt<Value, Other>(read: () => Value, otherwise: (fault: Malformed) => Other): Value | Other {
  try {
    return read();
  } catch (fault) {
    expectMalformed(fault);
    return otherwise(fault);
  }
}
