// One mail on its way: MAIL, RCPT and the message by DATA or in chunks, and what the server said to each. RFC 5321 section 3.3, RFC 2920,
// RFC 3030, RFC 2033.

import { concat, ConnectionError } from "@mailwire/wire";
import type { BdatCommand, Command } from "../codec/command.ts";
import { isPositive, type Reply } from "../codec/reply.ts";
import type { ReceivedReply } from "../codec/received-reply.ts";
import type { Dialogue } from "./dialogue.ts";
import { type Mail, type RecipientResult, recipientResult, type SendResult, type Transaction } from "./mail.ts";
import type { SmtpClientOptions } from "./options.ts";
import { SmtpReplyError } from "./reply-error.ts";

/** Bytes that are handed over before waiting until the transport took them. */
const WINDOW_BYTES = 65_536;
/** Bytes of a chunk: large enough that its answer costs little, small enough to be held. */
const CHUNK_BYTES = 262_144;

/** What a delivery works with. */
export interface DeliveryParts {
  readonly dialogue: Dialogue;
  readonly options: SmtpClientOptions;
  /** Resolves when the transport took what was said. */
  readonly flush: () => Promise<void>;
  readonly abort: (reason: unknown) => void;
}

/** Delivers one mail over a connection. */
export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #mail: Mail;
  readonly #transaction: Transaction;

  constructor(parts: DeliveryParts, mail: Mail, transaction: Transaction) {
    this.#parts = parts;
    this.#mail = mail;
    this.#transaction = transaction;
  }

  /** Says all of it. Rejects with {@link SmtpReplyError} when the mail was taken for nobody. */
  async run(): Promise<SendResult> {
    const { dialogue, options } = this.#parts;
    const { mail, recipients, bodyCommand } = this.#transaction;
    const pipelines = dialogue.extensions.has("PIPELINING");
    const mailReply = dialogue.command(mail);
    if (!pipelines) expectPositive("MAIL", await mailReply);
    const rcptReplies = recipients.map((recipient) => dialogue.command(recipient));
    const isEager = pipelines && bodyCommand === "DATA" && options.dataCommand === "eager";
    const dataReply = isEager ? dialogue.command({ verb: "DATA" }) : undefined;
    dataReply?.catch(() => undefined);
    const [answer, replies] = await Promise.all([mailReply, Promise.all(rcptReplies)]);
    const results = recipients.map(({ path }, at) => recipientResult(path, replies[at] ?? answer));
    const isWelcome = isPositive(answer) && results.some(isAccepted);
    if (!isWelcome) {
      await this.#giveUp(isPositive(answer), dataReply);
      expectPositive("MAIL", answer);
      throw new SmtpReplyError("RCPT", results[0]?.reply ?? answer, results);
    }
    const answers = await (bodyCommand === "BDAT" ? this.#sendChunks(results) : this.#sendData(results, dataReply));
    return this.#outcome(results, answers);
  }

  /** Leaves a transaction in which nobody gets anything. A server that says 354 all the same gets an empty message (RFC 2920 section 3.1). */
  async #giveUp(isOpen: boolean, dataReply: Promise<ReceivedReply> | undefined): Promise<void> {
    const { dialogue } = this.#parts;
    const reply = await dataReply;
    if (reply?.code === 354) {
      const answer = dialogue.expectReply();
      dialogue.body({ type: "end-of-data" });
      await answer;
    } else if (isOpen) await dialogue.command({ verb: "RSET" });
  }

  async #sendData(results: readonly RecipientResult[], eager: Promise<ReceivedReply> | undefined): Promise<readonly Reply[]> {
    const { dialogue, abort } = this.#parts;
    const reply = await (eager ?? dialogue.commandAlone({ verb: "DATA" }));
    if (reply.code !== 354) {
      await dialogue.command({ verb: "RSET" });
      throw new SmtpReplyError("DATA", reply, results);
    }
    const answers = this.#expectAnswers(results);
    try {
      await this.#stream();
    } catch (error) {
      abort(error);
      // Where the connection was over before, the answer knows why: perhaps a refusal came early.
      return await answers.catch((reason: unknown) => {
        throw reason instanceof ConnectionError && reason.cause === error ? error : reason;
      });
    }
    return answers;
  }

  async #stream(): Promise<void> {
    const { dialogue, flush } = this.#parts;
    let window = 0;
    for await (const chunk of this.#pieces()) {
      dialogue.body({ type: "data", chunk });
      window += chunk.length;
      if (window < WINDOW_BYTES) continue;
      window = 0;
      await flush();
    }
    dialogue.body({ type: "end-of-data" });
  }

  /** A message in chunks can be taken back between them, so that what goes wrong with its source does not cost the connection. */
  async #sendChunks(results: readonly RecipientResult[]): Promise<readonly Reply[]> {
    const { dialogue, flush } = this.#parts;
    try {
      for await (const { bytes, position } of chunksOf(this.#pieces())) {
        if (position === "last") {
          dialogue.body({ type: "chunk", bytes, position });
          return await this.#expectAnswers(results);
        }
        dialogue.body({ type: "chunk", bytes, position });
        const [reply] = await Promise.all([dialogue.expectReply(), flush()]);
        if (!isPositive(reply)) throw new SmtpReplyError("BDAT", reply, results);
      }
      return [];
    } catch (error) {
      await dialogue.command({ verb: "RSET" }).catch(() => undefined);
      throw error;
    }
  }

  /** The answers to the message: one, or in LMTP one for each recipient that was accepted. */
  #expectAnswers(results: readonly RecipientResult[]): Promise<readonly Reply[]> {
    const { dialogue, options } = this.#parts;
    const expected = options.protocol === "lmtp" ? results.filter(isAccepted) : results.slice(0, 1);
    const answers = Promise.all(expected.map(() => dialogue.expectReply()));
    answers.catch(() => undefined);
    return answers;
  }

  #outcome(results: readonly RecipientResult[], answers: readonly Reply[]): SendResult {
    const reply = answers.find(isPositive);
    const isLmtp = this.#parts.options.protocol === "lmtp";
    const rest = [...answers];
    const recipients = results.map((result) =>
      isLmtp && isAccepted(result) ? recipientResult(result.address, rest.shift() ?? result.reply) : result,
    );
    const [refusal] = answers;
    if (reply !== undefined) return { reply, recipients };
    throw refusal === undefined
      ? new ConnectionError("closed", "the message was not answered")
      : new SmtpReplyError("message", refusal, recipients);
  }

  async *#pieces(): AsyncGenerator<Uint8Array, void, undefined> {
    const { body, onProgress } = this.#mail;
    let sentBytes = 0;
    for await (const chunk of body instanceof Uint8Array ? piecesOf(body) : body) {
      yield chunk;
      sentBytes += chunk.length;
      onProgress?.(sentBytes);
    }
  }
}

function* piecesOf(body: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (let at = 0; at < body.length; at += WINDOW_BYTES) yield body.subarray(at, at + WINDOW_BYTES);
}

/** The pieces gathered into chunks; the last one may be empty. */
async function* chunksOf(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly bytes: Uint8Array; readonly position: BdatCommand["position"] }, void, undefined> {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  for await (const piece of pieces) {
    if (waitingBytes >= CHUNK_BYTES) {
      yield { bytes: concat(waiting), position: "more" };
      waiting = [];
      waitingBytes = 0;
    }
    // A piece is only lent until the next one.
    waiting.push(piece.slice());
    waitingBytes += piece.length;
  }
  yield { bytes: concat(waiting), position: "last" };
}

function isAccepted({ status }: RecipientResult): boolean {
  return status === "accepted";
}

/** The reply, when it is positive. */
export function expectPositive<R extends Reply>(command: Command["verb"], reply: R): R {
  if (!isPositive(reply)) throw new SmtpReplyError(command, reply);
  return reply;
}
