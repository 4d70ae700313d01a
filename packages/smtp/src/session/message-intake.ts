// Where the bytes of messages go that come between commands: into the message, or away when its chunk was refused. RFC 5321 section 4.1.1.4,
// RFC 3030 section 2.

import type { LineEndPolicy, OutputQueue } from "@mailwire/wire";
import type { BdatCommand } from "../codec/command.ts";
import type { CommandDecoder } from "../codec/command-decoder.ts";
import type { Reply } from "../codec/reply.ts";
import { ChunkedMessage, DataMessage } from "./incoming-message.ts";
import type { ServerLimits } from "./limits.ts";
import type { ServerEvent } from "./server-events.ts";

/** What came of reading: nothing was there, something was read, or something is complete. */
export type Intake =
  | { readonly type: "nothing" }
  | { readonly type: "some"; readonly bytes: Uint8Array }
  | ({ readonly type: "end-of-data"; readonly bytes: Uint8Array } & MessageFacts)
  | { readonly type: "end-of-chunk"; readonly bytes: Uint8Array; readonly refusal: Reply | undefined }
  | { readonly type: "end-of-refused-chunk"; readonly bytes: Uint8Array; readonly chunk: RefusedChunk };

/** What is known of a message once it is complete. */
export interface MessageFacts {
  readonly sizeBytes: number;
  readonly longestLineBytes: number;
  /** What must be answered in place of "ok". */
  readonly refusal: Reply | undefined;
}

/** A chunk that is let go. */
export interface RefusedChunk {
  readonly position: BdatCommand["position"];
  /** What is answered behind its bytes. */
  readonly refusal: Reply;
}

/** What is being read. */
type Reading =
  | { readonly type: "commands" }
  | { readonly type: "data"; readonly message: DataMessage }
  | { readonly type: "chunk"; readonly message: ChunkedMessage; readonly position: BdatCommand["position"] }
  | { readonly type: "refused-chunk"; readonly chunk: RefusedChunk; left: number };

const COMMANDS: Reading = { type: "commands" };
const NOTHING = new Uint8Array();

/** Takes in the messages of one conversation, one after another. */
export class MessageIntake {
  readonly #lineEnds: LineEndPolicy;
  readonly #limits: ServerLimits;
  readonly #outputs: OutputQueue<ServerEvent>;
  #reading: Reading = COMMANDS;
  /** The message of which some chunks have come. */
  #chunked: ChunkedMessage | undefined;

  constructor(lineEnds: LineEndPolicy, limits: ServerLimits, outputs: OutputQueue<ServerEvent>) {
    this.#lineEnds = lineEnds;
    this.#limits = limits;
    this.#outputs = outputs;
  }

  /** True while bytes are a message's and not commands. */
  get active(): boolean {
    return this.#reading !== COMMANDS;
  }

  /** Bytes that came in chunks so far. */
  get chunkedBytes(): number {
    return this.#chunked?.sizeBytes ?? 0;
  }

  /** True when more came of a message than is read and thrown away. */
  get isEndless(): boolean {
    const { maxMessageBytes, maxDrainedBytes } = this.#limits;
    return this.#reading.type === "data" && this.#reading.message.sizeBytes > maxMessageBytes + maxDrainedBytes;
  }

  /** DATA was granted. */
  beginData(): void {
    this.#reading = { type: "data", message: new DataMessage(this.#lineEnds, this.#limits.maxMessageBytes, this.#outputs) };
  }

  /** The chunk that BDAT announced is taken; `binary` bodies have no lines. */
  beginChunk({ sizeBytes, position }: BdatCommand, body: "binary" | "lines"): void {
    const message = (this.#chunked ??= new ChunkedMessage(
      body === "binary" ? "keep" : this.#lineEnds,
      this.#limits.maxMessageBytes,
      this.#outputs,
    ));
    message.begin(sizeBytes);
    this.#reading = { type: "chunk", message, position };
  }

  /** The chunk that BDAT announced is let go. */
  refuseChunk({ sizeBytes, position }: BdatCommand, refusal: Reply): void {
    this.#reading = { type: "refused-chunk", chunk: { position, refusal }, left: sizeBytes };
  }

  /** Forgets the chunks that came. */
  reset(): void {
    this.#chunked = undefined;
  }

  /** Reads what is here. Throws a remote `ProtocolError` for a bare CR or LF behind DATA where they are rejected. */
  read(decoder: CommandDecoder): Intake {
    const bytes = decoder.peekBytes();
    const reading = this.#reading;
    switch (reading.type) {
      case "data":
        return bytes.length === 0 ? { type: "nothing" } : this.#readData(reading.message, decoder, bytes);
      case "chunk":
        return bytes.length === 0 && !reading.message.done ? { type: "nothing" } : this.#readChunk(reading, decoder, bytes);
      case "refused-chunk": {
        if (bytes.length === 0 && reading.left > 0) return { type: "nothing" };
        const part = bytes.subarray(0, reading.left);
        decoder.skipBytes(part.length);
        reading.left -= part.length;
        if (reading.left > 0) return { type: "some", bytes: part };
        return this.#end({ type: "end-of-refused-chunk", bytes: part, chunk: reading.chunk });
      }
      case "commands":
        return { type: "nothing" };
    }
  }

  #readData(message: DataMessage, decoder: CommandDecoder, all: Uint8Array): Intake {
    const bytes = all.subarray(0, message.read(all));
    decoder.skipBytes(bytes.length);
    // However the bytes were cut: what is endless has no end.
    if (!message.done || this.isEndless) return { type: "some", bytes };
    return this.#end({ type: "end-of-data", bytes, ...factsOf(message) });
  }

  #readChunk({ message, position }: Extract<Reading, { readonly type: "chunk" }>, decoder: CommandDecoder, all: Uint8Array): Intake {
    const bytes = message.done ? NOTHING : all.subarray(0, message.read(all));
    decoder.skipBytes(bytes.length);
    if (!message.done) return { type: "some", bytes };
    if (position === "more") return this.#end({ type: "end-of-chunk", bytes, refusal: message.refusal });
    message.finish();
    return this.#end({ type: "end-of-data", bytes, ...factsOf(message) });
  }

  #end(intake: Intake): Intake {
    this.#reading = COMMANDS;
    return intake;
  }
}

function factsOf({ sizeBytes, longestLineBytes, refusal }: DataMessage | ChunkedMessage): MessageFacts {
  return { sizeBytes, longestLineBytes, refusal };
}
