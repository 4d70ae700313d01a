import type { Output, Session } from "@mailwire/wire";
import { CLOSED, latin1, NEED_INPUT, OutputQueue, utf8 } from "@mailwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { replayToClient, replayToServer } from "./replay.ts";
import { readSessionDocument } from "./session-document.ts";

interface Heard {
  readonly type: "line" | "chunk";
  readonly text?: string;
  readonly data?: Uint8Array;
}

/** A toy conversation: whatever arrives is a chunk until it ends a line; TLS and QUIT are the only words it knows. */
class EchoSession implements Session<Heard, string> {
  readonly patience = { phase: "line", ms: 1 };
  readonly #outputs = new OutputQueue<Heard>();
  #line = "";
  #over = false;

  receive(chunk: Uint8Array): void {
    this.#outputs.event({ type: "chunk", data: chunk });
    this.#line += latin1(chunk);
    for (let end = this.#line.indexOf("\n"); end >= 0; end = this.#line.indexOf("\n")) {
      const text = this.#line.slice(0, end).trim();
      this.#line = this.#line.slice(end + 1);
      this.#outputs.event({ type: "line", text });
      if (text === "TLS") this.#outputs.push({ type: "start-tls", reply: utf8("go\r\n") });
      if (text === "go") this.#outputs.push({ type: "start-tls" });
      if (text === "QUIT") this.#over = true;
    }
  }
  receiveEof(): void {
    this.#over = true;
  }
  receiveTls(): void {
    this.#outputs.event({ type: "line", text: "(tls)" });
  }
  send(intent: string): void {
    this.#outputs.transmit(utf8(`${intent}\r\n`));
  }
  poll(): Output<Heard> {
    return this.#outputs.shift() ?? (this.#over ? CLOSED : NEED_INPUT);
  }
}

const DOCUMENT = readSessionDocument(
  `# Toy
\`\`\`wire
S: hello
C: TLS
S: go
-- tls --
\`\`\`
\`\`\`wire
C: QUIT
S+ bye
S: !
C: unheard
\`\`\`
`,
);

describe("replayToClient", () => {
  test("gives per part what the session yielded and said", () => {
    const parts = replayToClient(DOCUMENT, new EchoSession(), (line, session) => session.send(line));
    expect(parts.map(({ part, yielded, transmitted }) => ({ line: part.line, yielded, transmitted }))).toEqual([
      {
        line: 2,
        yielded: [
          'chunk {"data":"hello\\r\\n"}',
          'line {"text":"hello"}',
          'chunk {"data":"go\\r\\n"}',
          'line {"text":"go"}',
          'line {"text":"(tls)"}',
        ],
        transmitted: "TLS\r\n",
      },
      { line: 8, yielded: ['chunk {"data":"bye!\\r\\n"}', 'line {"text":"bye!"}'], transmitted: "QUIT\r\nunheard\r\n" },
    ]);
  });

  test("gives the same however the input is cut", () => {
    const whole = replayToClient(DOCUMENT, new EchoSession(), () => undefined);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), (pieceBytes) => {
        expect(replayToClient(DOCUMENT, new EchoSession(), () => undefined, { pieceBytes })).toEqual(whole);
      }),
    );
  });

  test("refuses TLS that the session did not ask for", () => {
    const document = readSessionDocument("```wire\n-- tls --\n```\n");
    expect(() => replayToClient(document, new EchoSession(), () => undefined)).toThrow("did not ask for it");
  });
});

describe("replayToServer", () => {
  test("puts our answers beside the recorded ones and stops at the end of the session", () => {
    const session = new EchoSession();
    session.send("welcome");
    const exchanges = replayToServer(DOCUMENT, session, (event, echo) => {
      if (event.type === "line" && event.text !== "TLS") echo.send(`heard ${event.text ?? ""}`);
    });
    expect(exchanges.map(({ said, recorded, answered }) => [said, recorded, answered])).toEqual([
      ["", "hello\r\n", "welcome\r\n"],
      ["TLS\r\n", "go\r\n", "go\r\nheard (tls)\r\n"],
      ["QUIT\r\n", "bye!\r\n", "heard QUIT\r\n"],
      ["unheard\r\n", "", ""],
    ]);
  });

  test("shows the events of each line", () => {
    const [, tls] = replayToServer(DOCUMENT, new EchoSession(), () => undefined);
    expect(tls?.yielded).toEqual(['chunk {"data":"TLS\\r\\n"}', 'line {"text":"TLS"}', 'line {"text":"(tls)"}']);
  });
});
