// Credentials that print as stars wherever they end up.

/** Wraps a credential: every way of printing it gives `*****`; only {@link Secret.reveal} gives the value. */
export class Secret<T extends string | Uint8Array = string | Uint8Array> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. */
  reveal(): T {
    return this.#value;
  }

  /** Always `*****`. */
  toString(): string {
    return "*****";
  }

  /** Always `*****`. */
  toJSON(): string {
    return "*****";
  }

  /** What Node's, Bun's and Deno's `console.log` print. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "*****";
  }
}
