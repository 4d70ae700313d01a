// What a trusted relay says of the client that it speaks for: by XCLIENT until the connection ends, by XFORWARD for one message.

import type { OnBehalfAttribute } from "../codec/command.ts";

type Attributes = ReadonlyMap<string, string | undefined>;

/** Attributes by name, in capitals; each change makes a new value. */
export class OnBehalf {
  /** Of those who speak for themselves. */
  static readonly none = new OnBehalf(new Map(), new Map());

  readonly #claimed: Attributes;
  readonly #forwarded: Attributes;
  /** All of them; what was forwarded for the message at hand wins. */
  readonly attributes: Attributes;

  private constructor(claimed: Attributes, forwarded: Attributes) {
    this.#claimed = claimed;
    this.#forwarded = forwarded;
    this.attributes = new Map([...claimed, ...forwarded]);
  }

  /** XCLIENT: from now on. */
  claiming(attributes: readonly OnBehalfAttribute[]): OnBehalf {
    return new OnBehalf(added(this.#claimed, attributes), new Map());
  }

  /** XFORWARD: for the next message. */
  forwarding(attributes: readonly OnBehalfAttribute[]): OnBehalf {
    return new OnBehalf(this.#claimed, added(this.#forwarded, attributes));
  }

  /** A transaction is over, and what was forwarded for it. */
  betweenTransactions(): OnBehalf {
    return this.#forwarded.size === 0 ? this : new OnBehalf(this.#claimed, new Map());
  }
}

function added(known: Attributes, attributes: readonly OnBehalfAttribute[]): Attributes {
  return new Map([...known, ...attributes.map(({ name, value }) => [name, value] as const)]);
}
