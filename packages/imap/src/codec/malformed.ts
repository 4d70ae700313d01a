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

/** What `read` gives, or what `otherwise` makes of the {@link Malformed} it throws. */
export function attempt<Value, Other>(read: () => Value, otherwise: (fault: Malformed) => Other): Value | Other {
  try {
    return read();
  } catch (fault) {
    if (fault instanceof Malformed) return otherwise(fault);
    throw fault;
  }
}
