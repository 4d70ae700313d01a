// Replies out of a stream of chunks cut anywhere, RFC 5321 section 4.2.1.

import { keepOne, ProtocolError, withLimits } from "@mailwire/wire";
import { LineCursor } from "./line-cursor.ts";
import { ReceivedReply } from "./received-reply.ts";

/** Limits of a {@link ReplyDecoder}. */
export interface ReplyLimits {
  /** Longest line of a reply, its line end included. */
  readonly maxReplyLineBytes: number;
  /** Most lines of one reply. */
  readonly maxReplyLines: number;
}

/** The limits of a {@link ReplyDecoder} unless others are given. */
export const DEFAULT_REPLY_LIMITS: ReplyLimits = {
  // RFC 5321 section 4.5.3.1.5 says 512; SASL challenges behind 334 may have 12288 (RFC 4954 section 4).
  maxReplyLineBytes: 12_294,
  // The longest real ones are answers to HELP; Postfix's client does not count, its lines are 2048 together at most.
  maxReplyLines: 256,
};

/**
 * Reads replies. {@link ReplyDecoder.push} takes bytes, {@link ReplyDecoder.next} gives replies until none is complete. LF alone ends a
 * line too. What is no reply throws a remote `ProtocolError` (`bad-reply`, `reply-code-changed`, `line-too-long`, `reply-too-long`); nothing
 * sensible can be read behind that.
 */
export class ReplyDecoder {
  readonly #lines: LineCursor;
  readonly #limits: ReplyLimits;
  /** Lines of a reply whose last line has not come. */
  #partial = "";
  #partialCode = 0;
  #partialLines = 0;

  constructor(limits?: Partial<ReplyLimits>) {
    keepOne(ReplyDecoder);
    keepOne(ReceivedReply, 0, "");
    this.#limits = withLimits(DEFAULT_REPLY_LIMITS, limits);
    this.#lines = new LineCursor(this.#limits.maxReplyLineBytes);
  }

  /** Adds bytes; a view of them is kept until they are read. */
  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
  }

  /** The next reply; `undefined` until more bytes come. */
  next(): ReceivedReply | undefined {
    const lines = this.#lines;
    while (lines.next()) {
      if (lines.tooLong) throw broken("line-too-long", "a line of a reply is too long", lines.offset);
      const { text, start, end, stop } = lines;
      const code = codeAt(text, start);
      const mark = end - start > 3 ? text.charCodeAt(start + 3) : SPACE;
      if (code === 0 || end - start < 3 || (mark !== SPACE && mark !== HYPHEN)) throw broken("bad-reply", "not a reply", lines.offset);
      const line = text.slice(start, stop);
      if (this.#partialLines === 0) {
        if (mark === SPACE) return new ReceivedReply(code, line);
        this.#partialCode = code;
      } else if (code !== this.#partialCode) throw broken("reply-code-changed", "the code changed inside one reply", lines.offset);
      this.#partial += line;
      this.#partialLines += 1;
      if (this.#partialLines > this.#limits.maxReplyLines) throw broken("reply-too-long", "a reply has too many lines", lines.offset);
      if (mark === SPACE) return this.#whole(code);
    }
    return undefined;
  }

  /** How many bytes wait, those of an unfinished reply included. */
  get pending(): number {
    return this.#lines.pending + this.#partial.length;
  }

  /** How many bytes of unfinished lines and replies are kept: never more than the limits allow. */
  get heldBytes(): number {
    return this.#lines.heldBytes + this.#partial.length;
  }

  /** Forgets all that waits. */
  clear(): void {
    this.#lines.clear();
    this.#partial = "";
    this.#partialLines = 0;
  }

  #whole(code: number): ReceivedReply {
    const whole = new ReceivedReply(code, this.#partial);
    this.#partial = "";
    this.#partialLines = 0;
    return whole;
  }
}

/**
 *     Reply-code = %x32-35 %x30-35 %x30-39
 *
 * A second digit beyond 5 is in use and read; 0 stands for no code.
 */
function codeAt(text: string, at: number): number {
  const first = text.charCodeAt(at) - ZERO;
  const second = text.charCodeAt(at + 1) - ZERO;
  const third = text.charCodeAt(at + 2) - ZERO;
  const digits = first >= 2 && first <= 5 && second >= 0 && second <= 9 && third >= 0 && third <= 9;
  return digits ? first * 100 + second * 10 + third : 0;
}

function broken(code: string, what: string, offset: number): ProtocolError {
  return new ProtocolError("remote", code, what, { offset });
}

const [SPACE, HYPHEN, ZERO] = [32, 45, 48] as const;
