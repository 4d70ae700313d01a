// A list of many objects: one array of them would be copied again and again while it grows, and each time the collector goes through all of it.

/** An array that has this many members grows no more. */
const PIECE_LENGTH = 4096;

/** Members in the order in which they are added, in arrays of moderate length until all of them are there. */
export class LongList<Member> {
  readonly #full: Member[][] = [];
  #fullLength = 0;
  #open: Member[] = [];

  /** How many there are. */
  get length(): number {
    return this.#fullLength + this.#open.length;
  }

  /** Where the next members are to be added. */
  get end(): Member[] {
    if (this.#open.length >= PIECE_LENGTH) {
      this.#full.push(this.#open);
      this.#fullLength += this.#open.length;
      this.#open = [];
    }
    return this.#open;
  }

  /** All of them, in one array. */
  toArray(): Member[] {
    const first: Member[] = [];
    return first.concat(...this.#full, this.#open);
  }
}
