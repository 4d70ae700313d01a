// A person at a terminal: types lines, reads until an answer is there.

import { fromLatin1, latin1, type ByteTransport } from "@mailwire/wire";

/** Talks to a server over a transport, one byte per character. */
export class Talk {
  readonly #transport: ByteTransport;
  #heard = "";

  constructor(transport: ByteTransport) {
    this.#transport = transport;
  }

  /** Types lines, each ended with CRLF. */
  async type(...lines: string[]): Promise<void> {
    await this.#transport.write([fromLatin1(lines.map((line) => `${line}\r\n`).join(""))]);
  }

  /** Reads until what was heard matches, and gives it up to there, lines ended with LF. */
  async hear(pattern: RegExp): Promise<string> {
    for (;;) {
      const match = pattern.exec(this.#heard);
      if (match !== null) {
        const end = match.index + match[0].length;
        const text = this.#heard.slice(0, end);
        this.#heard = this.#heard.slice(end);
        return text.replaceAll("\r\n", "\n");
      }
      const chunk = await this.#transport.read();
      if (chunk === null) throw new Error(`closed after ${JSON.stringify(this.#heard)}`);
      this.#heard += latin1(chunk);
    }
  }

  /** Types lines and hears what comes back. */
  async ask(lines: string | string[], pattern: RegExp): Promise<string> {
    await this.type(...[lines].flat());
    return this.hear(pattern);
  }

  /** Hangs up without a word. */
  hangUp(): void {
    this.#transport.abort();
  }
}
