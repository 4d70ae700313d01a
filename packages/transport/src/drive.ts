// One loop that runs any session over any duplex: it polls, transmits, reads, upgrades, and keeps the time.

import { ConnectionError, ProtocolError } from "@mailwire/wire";
import type { ByteTransport, Output, Patience, Session, TransportInfo } from "@mailwire/wire";
import type { Closure } from "./connection.ts";
import { Deadline } from "./deadline.ts";
import type { DriveOptions, Driver, EventTaker } from "./driver.ts";
import { linger } from "./linger.ts";
import { Loop, type Step, type Stepper } from "./loop.ts";
import { lost } from "./loss.ts";
import { Reader, type ReaderListener } from "./reader.ts";
import { upgrade } from "./upgrade.ts";
import { Writer, type WriterListener } from "./writer.ts";

/** Runs `session` over `transport`; nothing happens until {@link Driver.next} or {@link Driver.flush} is called. */
export function drive<Event, Intent>(
  session: Session<Event, Intent>,
  transport: ByteTransport,
  options: DriveOptions = {},
): Driver<Event, Intent> {
  return new SessionDriver(session, transport, options);
}

const WRITE_PATIENCE: Patience = { phase: "transmit", ms: 300_000 };
/** What the peer said before is here or nearly so; most transports tell at once that no more will come. */
const LAST_WORDS: Patience = { phase: "last-words", ms: 2_000 };

class SessionDriver<Event, Intent> implements Driver<Event, Intent>, Stepper<Event>, ReaderListener, WriterListener {
  readonly #session: Session<Event, Intent>;
  readonly #tls: DriveOptions["tls"];
  readonly #whileWriting: DriveOptions["whileWriting"];
  readonly #reads: Deadline;
  readonly #reader: Reader;
  readonly #writer: Writer;
  readonly #loop: Loop<Event>;
  #transport: ByteTransport;
  /** How it ended. */
  #closure: Closure | undefined;
  /** There once somebody asked. */
  #closed: Promise<Closure> | undefined;
  #settle: ((closure: Closure) => void) | undefined;
  /** Outputs that `flush` met and left for `next`. */
  #held: Output<Event>[] | undefined;
  #flushed: (() => void)[] | undefined;
  /** A flush that runs by itself; it never rejects. */
  #flushing: Promise<void> | undefined;
  /** Why the conversation is over; `ended` without an error is a good end. */
  #failure: Error | undefined;
  /** Why nothing more can be written, while what the peer said before is heard. */
  #unwritable: Error | undefined;
  /** What the peer hears when it was too slow. */
  #farewell: Uint8Array | undefined;
  #phase: "open" | "ending" | "ended" = "open";
  #eof = false;
  /** Whether the session wants more input than it was given. */
  #starved = false;
  #handshake: AbortController | undefined;
  /** Lets go of the signal. */
  #unheed: (() => void) | undefined;

  constructor(session: Session<Event, Intent>, transport: ByteTransport, options: DriveOptions) {
    this.#session = session;
    this.#transport = transport;
    this.#tls = options.tls;
    this.#whileWriting = options.whileWriting;
    this.#loop = new Loop(this);
    this.#reads = new Deadline(this);
    this.#reader = new Reader(this);
    this.#writer = new Writer(options.writePatience ?? WRITE_PATIENCE, this);
    if (options.signal !== undefined) this.#heed(options.signal);
  }

  get info(): TransportInfo {
    return this.#transport.info;
  }

  get closed(): Promise<Closure> {
    this.#closed ??=
      this.#closure === undefined
        ? new Promise((resolve) => {
            this.#settle = resolve;
          })
        : Promise.resolve(this.#closure);
    return this.#closed;
  }

  next(): Promise<Event | null> {
    return new Promise((resolve, fail) => {
      const take = (event: Event): "enough" => {
        resolve(event);
        return "enough";
      };
      this.runFor({ take, done: () => resolve(null), fail });
    });
  }

  run(take: (event: Event) => PromiseLike<unknown> | undefined): Promise<void> {
    return new Promise((done, fail) =>
      this.runFor({
        // Whatever it resolves to, it is never enough.
        take: (event) => take(event)?.then(() => undefined),
        done,
        fail,
      }),
    );
  }

  runFor(taker: EventTaker<Event>): void {
    this.#loop.run(taker);
  }

  #heed(signal: AbortSignal): void {
    const onAbort = (): void => this.abort(signal.reason);
    this.#unheed = () => signal.removeEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort);
  }

  /** Does what the session asks for, until there is an event or something takes time. @internal */
  step(): Step<Event> {
    for (;;) {
      if (this.#flushing !== undefined) return this.#flushing;
      if (this.#starved) this.#receive();
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#phase === "ended") return "over";
      const output = this.#held?.shift() ?? this.#session.poll();
      if (output.type === "event") return output;
      const done = this.#perform(output);
      if (done !== undefined) return done;
    }
  }

  /** Whoever waits for a flush must not depend on when the next event is asked for. @internal */
  onIdle(): void {
    if (this.#flushed !== undefined && this.#unwritable === undefined) this.#flushAlone().catch(() => undefined);
  }

  send(intent: Intent): void {
    if (this.#phase !== "open" || this.#failure !== undefined) {
      throw new ConnectionError("closed", "the connection is over", { cause: this.#failure });
    }
    this.#session.send(intent);
    this.#loop.wake();
  }

  async flush(): Promise<void> {
    if (this.#isIdle) {
      await this.#flushAlone();
      if (this.#writer.pending !== undefined) await this.#allWritten();
    } else {
      const written = this.#allWritten();
      // The loop may wait for the peer with nothing left to write.
      this.#loop.wake();
      await written;
    }
    const failure = this.#failure ?? this.#unwritable;
    if (failure !== undefined) throw failure;
  }

  async close(): Promise<void> {
    if (this.#phase === "open") this.#phase = "ending";
    if (this.#loop.isRunning) this.#loop.wake();
    else {
      // A failure to flush is told by `closed`.
      await this.flush().catch(() => undefined);
      await this.#end();
    }
    await this.closed;
  }

  abort(reason?: unknown): void {
    this.#drop(new ConnectionError("aborted", "the connection was dropped", { cause: reason }));
  }

  get #isIdle(): boolean {
    return !this.#loop.isRunning && this.#flushing === undefined;
  }

  /** Does what the session asks for, and says where that takes time: most of it is done at once, and to await nothing would cost as much. */
  #perform(output: Exclude<Output<Event>, { readonly type: "event" }>): Promise<void> | "wait" | undefined {
    switch (output.type) {
      case "transmit":
        return this.#write(output.chunks);
      case "need-input":
        this.#announceFlushed();
        if (this.#phase === "ending") return this.#writer.pending ?? this.#end();
        this.#starved = true;
        return this.#reader.hasArrived ? undefined : this.#arrival();
      case "paused":
        this.#announceFlushed();
        return this.#phase === "ending" ? (this.#writer.pending ?? this.#end()) : "wait";
      case "start-tls":
        return this.#behindWrites(output) ?? this.#upgrade(output.reply);
      case "closed":
        return this.#behindWrites(output) ?? this.#end();
    }
  }

  /** Puts an output off until all is written. */
  #behindWrites(output: Output<Event>): Promise<void> | undefined {
    const { pending } = this.#writer;
    if (pending !== undefined) (this.#held ??= []).unshift(output);
    return pending;
  }

  #allWritten(): Promise<void> {
    return new Promise((resolve) => (this.#flushed ??= []).push(resolve));
  }

  /** Writes what there is to be written; whoever wants the next event waits for that. */
  #flushAlone(): Promise<void> {
    const flushing = this.#untilFlushed();
    this.#flushing = flushing.catch(() => undefined);
    return flushing;
  }

  async #untilFlushed(): Promise<void> {
    try {
      while (await this.#writeNext());
      this.#announceFlushed();
    } catch (error) {
      throw await this.fail(error);
    } finally {
      this.#flushing = undefined;
    }
  }

  /** Writes what the session has to say next; false when that is nothing. What else it answers is kept for `next`. */
  async #writeNext(): Promise<boolean> {
    if (this.#failure !== undefined) throw this.#failure;
    const output = this.#session.poll();
    if (output.type === "transmit") await this.#write(output.chunks);
    // poll() gives these once, so they must not be lost.
    else if (output.type === "event" || output.type === "start-tls" || output.type === "closed") (this.#held ??= []).push(output);
    return output.type === "transmit" || output.type === "event";
  }

  #announceFlushed(): void {
    if (this.#flushed === undefined || this.#writer.pending !== undefined) return;
    if (this.#unwritable !== undefined && this.#phase === "open") return;
    this.#releaseFlushed();
  }

  #releaseFlushed(): void {
    const waiting = this.#flushed ?? [];
    this.#flushed = undefined;
    for (const resolve of waiting) resolve();
  }

  #write(chunks: readonly Uint8Array[]): Promise<void> | undefined {
    this.#writer.write(this.#transport, chunks);
    return this.#whileWriting === "listen" ? undefined : this.#writer.pending;
  }

  /** The transport takes more. @internal */
  onDone(): void {
    if (this.#isIdle) this.#announceFlushed();
    this.#loop.wake();
  }

  /** Nothing more can be written. @internal */
  onFailure(error: unknown): void {
    if (this.#whileWriting === "listen") this.#unwritable ??= lost(error);
    else this.#failure ??= lost(error);
  }

  /** Waits for bytes, or for something else to happen. */
  #arrival(): "wait" {
    if (this.#eof)
      throw this.#unwritable ?? new ConnectionError("eof", "the peer closed the connection", { phase: this.#session.patience.phase });
    this.#reader.read(this.#transport);
    // Until it is heard the peer cannot answer.
    if (this.#writer.pending === undefined) this.#reads.wait(this.#unwritable === undefined ? this.#session.patience : LAST_WORDS);
    return "wait";
  }

  /** Gives the session what came, if anything did. */
  #receive(): void {
    this.#starved = false;
    this.#reads.pause();
    this.#loop.beginTurn();
    if (this.#failure !== undefined || this.#phase !== "open") return;
    const chunk = this.#reader.take();
    if (chunk === undefined) return;
    if (chunk === null) {
      this.#eof = true;
      this.#session.receiveEof();
    } else {
      this.#reads.received(chunk.length);
      this.#session.receive(chunk);
    }
  }

  /** What was asked for has come. @internal */
  onArrival(): void {
    this.#loop.goOn();
  }

  /** Nothing more will come. @internal */
  onReadFailure(error: unknown): void {
    this.#failure ??= lost(error);
    this.#loop.wake();
  }

  /** The peer took too long. Where there is a word for that, the loop, which waits for the peer, says it. @internal */
  onExpired({ phase, farewell }: Patience): void {
    const failure = this.#unwritable ?? new ConnectionError("timeout", `the peer took too long (${phase})`, { phase });
    // Nothing can be said in the middle of a handshake, which nothing but an abort ends.
    if (farewell === undefined || this.#handshake !== undefined) {
      this.#drop(failure);
      return;
    }
    this.#failure ??= failure;
    this.#farewell = farewell;
    this.#loop.wake();
  }

  async #upgrade(reply: Uint8Array | undefined): Promise<void> {
    // A transport that still tells of bytes must not be taken from under it.
    await Promise.resolve();
    if (this.#reader.isReading) throw new ConnectionError("tls", "a read is outstanding at the upgrade to TLS");
    this.#reads.wait(this.#session.patience);
    this.#handshake = new AbortController();
    try {
      const { transport, info } = await upgrade(this.#transport, { tls: this.#tls, reply, signal: this.#handshake.signal });
      this.#transport = transport;
      this.#session.receiveTls(info);
    } catch (error) {
      throw this.#failure ?? error;
    } finally {
      this.#reads.pause();
      this.#handshake = undefined;
    }
  }

  /** A good end: nothing more is written, and what the peer still sends is let go. */
  async #end(): Promise<void> {
    if (this.#phase === "ended") return;
    this.#phase = "ended";
    await linger(this.#transport, this.#reader.pending);
    this.#over({ reason: "done" });
  }

  /** Turns whatever went wrong into the error to report; a last reply is given where the error carries one. @internal */
  async fail(error: unknown): Promise<Error> {
    const failure = (this.#failure ??= error instanceof ProtocolError ? error : lost(error));
    if (this.#phase === "ended") return failure;
    this.#phase = "ended";
    const words = failure instanceof ProtocolError ? failure.reply : this.#farewell;
    // A peer that only says no more may still hear what was said before.
    const mayHear = failure instanceof ConnectionError && failure.code === "eof" && this.#writer.pending === undefined;
    if (words !== undefined || mayHear) await linger(this.#transport, this.#reader.pending, words);
    this.#transport.abort(failure);
    const reason = failure instanceof ProtocolError ? "protocol" : failure instanceof ConnectionError ? failure.code : "transport";
    this.#over({ reason, error: failure });
    return failure;
  }

  /** Ends it from outside the loop; the loop, when there is one, sees the failure and reports it. */
  #drop(failure: Error): void {
    if (this.#phase === "ended") this.#transport.abort(failure); // cuts the linger short
    if (this.#failure !== undefined || this.#phase === "ended") return;
    this.#failure = failure;
    this.#handshake?.abort(failure);
    this.#transport.abort(failure);
    if (this.#isIdle) void this.fail(failure);
    else this.#loop.wake();
  }

  #over(closure: Closure): void {
    this.#reads.stop();
    this.#writer.stop();
    this.#unheed?.();
    this.#releaseFlushed();
    this.#closure = closure;
    this.#settle?.(closure);
  }
}
