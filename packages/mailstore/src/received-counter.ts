// How many servers a message has passed, counted while it streams by: whoever passes mail on must notice when it goes in circles (RFC 5321 section 6.3).

import { fromLatin1 } from "@mailwire/wire";

const NAME = fromLatin1("received");
const [HTAB, LF, CR, SPACE, COLON] = [0x09, 0x0a, 0x0d, 0x20, 0x3a];
/** Of a letter: the same in lower case. */
const LOWER_CASE = 0x20;

/** Where in a message, beside: so many bytes into {@link NAME}, at the beginning of a line. */
const [ELSEWHERE, BEHIND_CR, BEHIND_HEADER] = [-1, -2, -3];

/**
 * Counts the Received fields in the header of a message that passes in pieces, cut anywhere; what comes behind the header is not looked at. RFC 5321
 * section 6.3 advises to refuse a message that has 100 or more, with `554 5.4.6`.
 *
 *     trace-field = "Received" *WSP ":"   ; in any case, at the beginning of a line; WSP as in the obsolete syntax (RFC 5322 section 4.5.7)
 */
export class ReceivedCounter {
  #fields = 0;
  #place = 0;

  /** Fields that were seen so far. */
  get fields(): number {
    return this.#fields;
  }

  /** Looks at the next piece of the message. */
  push(piece: Uint8Array): void {
    for (let at = 0; at < piece.length && this.#place !== BEHIND_HEADER; at += 1) {
      if (this.#place === ELSEWHERE) at = piece.indexOf(LF, at);
      if (at === -1) return;
      this.#place = this.#behind(piece[at]);
    }
  }

  #behind(byte: number | undefined): number {
    const place = this.#place;
    if (byte === LF) return place === 0 || place === BEHIND_CR ? BEHIND_HEADER : 0;
    if (byte === CR && place === 0) return BEHIND_CR;
    if (place === NAME.length) {
      if (byte === SPACE || byte === HTAB) return place;
      if (byte === COLON) this.#fields += 1;
      return ELSEWHERE;
    }
    return byte !== undefined && (byte | LOWER_CASE) === NAME[place] ? place + 1 : ELSEWHERE;
  }
}
