// Whether a string is open at the end of a line: some servers fold strings as mail does, and each line of such a response is looked at once.

const QUOTE = 34;
const BACKSLASH = 92;

/** Follows the quotes of a response line by line. */
export class OpenQuote {
  #at = 0;
  #open = false;

  /** Begins anew at `at`, counted from where the response begins: there no string is open. */
  restart(at: number): void {
    this.#at = at;
    this.#open = false;
  }

  /** True when a string is open before index `end` of `bytes`; the response begins at index `start`. */
  isOpen(bytes: Uint8Array, start: number, end: number): boolean {
    let at = start + this.#at;
    for (; at < end; at += 1) {
      if (bytes[at] === BACKSLASH) at += 1;
      else if (bytes[at] === QUOTE) this.#open = !this.#open;
    }
    this.#at = at - start;
    return this.#open;
  }
}
