// What Node's sockets cost on their own: the least that a POP3 client can do and still count the right bytes of well-formed answers. No limits, no errors.
import net from "node:net";
import { WARM_ROUNDS, lastOf } from "../harness/flow.mjs";

const END = Buffer.from("\r\n.\r\n");
const STUFFED = Buffer.from("\r\n..");
const START = Buffer.from("\r\n");

/** Finds the end of messages, and the dots that were stuffed, over the edges of chunks. */
class MessageCounter {
  bytes = 0;
  #tail = START;

  /** Counts what of `chunk` belongs to the message from `from` on; where it ends, or -1. */
  take(chunk, from) {
    const end = this.#find(chunk, from, END, () => {});
    const stop = end === -1 ? chunk.length : end;
    this.bytes += stop - from;
    this.#find(chunk.subarray(0, stop), from, STUFFED, () => {
      this.bytes -= 1;
    });
    if (end === -1) this.#tail = Buffer.concat([this.#tail, chunk.subarray(Math.max(from, stop - 4), stop)]).subarray(-4);
    else {
      this.bytes -= ".\r\n".length;
      this.#tail = START;
    }
    return end;
  }

  /** Where the first `wanted` ends, looking at what came before too; `onFound` is called for each when it asks for more. */
  #find(chunk, from, wanted, onFound) {
    const tail = this.#tail.subarray(1 - wanted.length);
    const edge = Buffer.concat([tail, chunk.subarray(from, from + wanted.length - 1)]);
    const across = edge.indexOf(wanted);
    if (across !== -1 && across < tail.length) {
      onFound();
      if (wanted === END) return from + across + wanted.length - tail.length;
    }
    let at = chunk.indexOf(wanted, from);
    if (wanted === END) return at === -1 ? -1 : at + wanted.length;
    for (; at !== -1; at = chunk.indexOf(wanted, at + wanted.length - 1)) onFound();
    return -1;
  }
}

/** Counts answers: status lines, and messages behind them while `multiline`. */
class AnswerCounter {
  multiline = false;
  messages = new MessageCounter();
  #inside = false;
  #line = "";
  #onAnswer;

  constructor(onAnswer) {
    this.#onAnswer = onAnswer;
  }

  take(chunk) {
    for (let at = 0; at < chunk.length;) {
      if (this.#inside) {
        const end = this.messages.take(chunk, at);
        if (end === -1) return;
        this.#inside = false;
        at = end;
      } else {
        const lf = chunk.indexOf(10, at);
        this.#line += chunk.latin1Slice(at, lf === -1 ? chunk.length : lf + 1);
        if (lf === -1) return;
        at = lf + 1;
        this.#inside = this.multiline && this.#line[0] === "+";
        this.#line = "";
      }
      if (!this.#inside) this.#onAnswer();
    }
  }
}

/** A connection whose answers are counted. */
class Peer {
  answers = new AnswerCounter(() => {
    if (--this.#left === 0) this.#resolve();
  });
  #left = 1;
  #resolve;
  #socket;

  constructor({ host, port }) {
    this.#socket = net.connect({ host, port, noDelay: true });
    this.#socket.on("data", (chunk) => this.answers.take(chunk));
    this.greeted = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Says `count` commands at once, and resolves when all are answered. */
  say(lines, count = 1) {
    this.#left = count;
    this.#socket.write(lines);
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  close() {
    this.#socket.destroy();
  }
}

export default {
  name: "limit-socket",
  kind: "limit",
  codec: {
    popMessages(chunks, count, onMessage) {
      const answers = new AnswerCounter(() => {
        onMessage(answers.messages.bytes);
        answers.messages.bytes = 0;
      });
      answers.multiline = true;
      for (const chunk of chunks) answers.take(chunk);
    },
    popReplies(chunks, count, onReply) {
      const answers = new AnswerCounter(onReply);
      for (const chunk of chunks) answers.take(chunk);
    },
  },
  session: {
    async popClient({ host, port, user, pass, mode, count }) {
      const peer = new Peer({ host, port });
      await peer.greeted;
      await peer.say(`USER ${user}\r\n`);
      await peer.say(`PASS ${pass}\r\n`);
      const verb = mode.startsWith("noop") ? () => "NOOP\r\n" : (number) => `RETR ${number}\r\n`;
      const lines = Array.from({ length: count }, (_, index) => verb(index + 1));
      peer.answers.multiline = !mode.startsWith("noop");
      const started = performance.now();
      let innerMs;
      if (mode === "seq" || mode === "noop") for (const line of lines) await peer.say(line);
      else if (mode === "seq-pipelined" || mode === "noop-concurrent") await peer.say(lines.join(""), count);
      else if (mode === "noop-warm") innerMs = await lastOf(WARM_ROUNDS, () => peer.say(lines.join(""), count));
      else return (peer.close(), null);
      if (mode.startsWith("noop")) innerMs ??= performance.now() - started;
      peer.answers.multiline = false;
      await peer.say("QUIT\r\n");
      peer.close();
      return { messages: count, bytes: peer.answers.messages.bytes, innerMs };
    },
  },
};
