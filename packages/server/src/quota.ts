// How many connections there may be, over all and from one address.

/** Counts connections against two quotas. A connection without an address counts only over all. */
export class Quota {
  readonly #max: number;
  readonly #maxPerAddress: number;
  readonly #byAddress = new Map<string, number>();
  #count = 0;

  constructor(max: number, maxPerAddress: number) {
    this.#max = max;
    this.#maxPerAddress = maxPerAddress;
  }

  /** Counts a connection from `remote` (`host:port`); `undefined` when there is no room, else the function that gives its place back. */
  take(remote: string | undefined): (() => void) | undefined {
    const address = remote?.replace(/:\d+$/, "");
    const fromThere = address === undefined ? 0 : (this.#byAddress.get(address) ?? 0);
    if (this.#count >= this.#max || fromThere >= this.#maxPerAddress) return undefined;
    this.#count += 1;
    if (address !== undefined) this.#byAddress.set(address, fromThere + 1);
    return () => this.#giveBack(address);
  }

  #giveBack(address: string | undefined): void {
    this.#count -= 1;
    if (address === undefined) return;
    const left = (this.#byAddress.get(address) ?? 0) - 1;
    if (left > 0) this.#byAddress.set(address, left);
    else this.#byAddress.delete(address);
  }
}
