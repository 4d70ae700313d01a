// One mail on its way: MAIL, RCPT and the message by DATA or in chunks, and what the server said to each. RFC 5321 section 3.3, RFC 2920,
// RFC 3030, RFC 2033.

import { concat } from "@mailwire/wire";
import type { Command } from "../codec/command.ts";
import { isPositive, type Reply } from "../codec/reply.ts";
import type { ReceivedReply } from "../codec/received-reply.ts";
import type { Replies } from "./dialogue.ts";
import { type Mail, type RecipientResult, recipientResult, type SendResult, type Transaction } from "./mail.ts";
import { type MessageParts, type Pieces, piecesOf, sendMessage } from "./message-stream.ts";
import type { SmtpClientOptions } from "./options.ts";
import { SmtpReplyError } from "./reply-error.ts";
import { SentLines } from "./sent-lines.ts";

const DATA: Command = { verb: "DATA" };
/** Bytes of a chunk: large enough that its answer costs little, small enough to be held. */
const CHUNK_BYTES = 262_144;

/** What a delivery works with. */
export interface DeliveryParts extends MessageParts {
  readonly options: SmtpClientOptions;
  /** Is told that the server answered MAIL, and stays. */
  readonly onBegun: () => void;
}

/** Delivers one mail over a connection. */
export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #mail: Mail;
  readonly #transaction: Transaction;
  readonly #lines: SentLines;

  constructor(parts: DeliveryParts, mail: Mail, transaction: Transaction) {
    this.#parts = parts;
    this.#mail = mail;
    this.#transaction = transaction;
    this.#lines = new SentLines(mail.bodyType === "BINARYMIME" ? "keep" : (parts.options.lineEnds ?? "reject"));
  }

  /** Says all of it. Rejects with {@link SmtpReplyError} when the mail was taken for nobody. */
  async run(): Promise<SendResult> {
    const { bodyCommand, recipients } = this.#transaction;
    const [answer, ...replies] = await this.#begin();
    const results = recipients.map(({ path }, at) => recipientResult(path, replies[at] ?? answer));
    const dataReply = replies[recipients.length];
    if (!isPositive(answer) || !results.some(isAccepted)) {
      await this.#giveUp(answer, dataReply);
      expectPositive("MAIL", answer);
      throw new SmtpReplyError("RCPT", results[0]?.reply ?? answer, results);
    }
    const answers = await (bodyCommand === "BDAT" ? this.#sendChunks(results) : this.#sendData(results, dataReply));
    return this.#outcome(results, answers);
  }

  /** The answers to MAIL, to each RCPT and, where that is said before they have come, to DATA. */
  async #begin(): Promise<Replies> {
    const { dialogue, options, onBegun } = this.#parts;
    const { mail, recipients, bodyCommand } = this.#transaction;
    const onAnswer = (): void => {
      if (dialogue.isOpen) onBegun();
    };
    if (dialogue.extensions.has("PIPELINING")) {
      const isEager = bodyCommand === "DATA" && options.dataCommand === "eager";
      return dialogue.group(isEager ? [mail, ...recipients, DATA] : [mail, ...recipients], onAnswer);
    }
    const [answer] = await dialogue.group([mail], onAnswer);
    expectPositive("MAIL", answer);
    return [answer, ...(await dialogue.group(recipients))];
  }

  /** Leaves a transaction in which nobody gets anything. A server that says 354 all the same gets an empty message (RFC 2920 section 3.1). */
  async #giveUp(answer: Reply, dataReply: ReceivedReply | undefined): Promise<void> {
    const { dialogue } = this.#parts;
    if (dataReply?.code === 354) {
      const refusal = dialogue.expectReply();
      dialogue.body({ type: "end-of-data" });
      await refusal;
    } else if (isPositive(answer)) await this.#takeBack();
  }

  /** RSET, where the server has not said good-bye; one that does not even grant that cannot be sent anything more. */
  async #takeBack(): Promise<void> {
    const { dialogue, abort } = this.#parts;
    if (!dialogue.isOpen) return;
    try {
      expectPositive("RSET", await dialogue.command({ verb: "RSET" }));
    } catch (error) {
      abort(error);
    }
  }

  async #sendData(results: readonly RecipientResult[], eager: ReceivedReply | undefined): Promise<Replies> {
    const reply = eager ?? (await this.#parts.dialogue.commandAlone(DATA));
    if (reply.code !== 354) {
      await this.#takeBack();
      throw new SmtpReplyError("DATA", reply, results);
    }
    return sendMessage(this.#parts, this.#pieces(), this.#answersExpected(results));
  }

  /** A message in chunks can be taken back between them, so that what goes wrong with its source does not cost the connection. */
  async #sendChunks(results: readonly RecipientResult[]): Promise<Replies> {
    try {
      let waiting: Uint8Array[] = [];
      let waitingBytes = 0;
      for await (const piece of this.#pieces()) {
        if (waitingBytes >= CHUNK_BYTES) {
          await this.#sendChunk(concat(waiting), results);
          waiting = [];
          waitingBytes = 0;
        }
        waiting.push(piece);
        waitingBytes += piece.length;
      }
      this.#parts.dialogue.body({ type: "chunk", bytes: concat(waiting), position: "last" });
    } catch (error) {
      await this.#takeBack();
      throw error;
    }
    const answers = await this.#parts.dialogue.expectReplies(this.#answersExpected(results));
    // RFC 3030 section 2: behind a last chunk that failed nobody knows the state until RSET.
    if (!answers.some(isPositive)) await this.#takeBack();
    return answers;
  }

  async #sendChunk(bytes: Uint8Array, results: readonly RecipientResult[]): Promise<void> {
    const { dialogue } = this.#parts;
    dialogue.body({ type: "chunk", bytes, position: "more" });
    const reply = await dialogue.expectReply();
    if (!isPositive(reply)) throw new SmtpReplyError("BDAT", reply, results);
  }

  /** In LMTP there is an answer for each recipient that was accepted. */
  #answersExpected(results: readonly RecipientResult[]): number {
    return this.#parts.options.protocol === "lmtp" ? results.filter(isAccepted).length : 1;
  }

  #outcome(results: readonly RecipientResult[], answers: Replies): SendResult {
    const isLmtp = this.#parts.options.protocol === "lmtp";
    const rest = [...answers];
    const recipients = results.map((result) =>
      isLmtp && isAccepted(result) ? recipientResult(result.address, rest.shift() ?? result.reply) : result,
    );
    const reply = answers.find(isPositive);
    if (reply !== undefined) return { reply, recipients, longestLineBytes: this.#lines.longestBytes };
    throw new SmtpReplyError("message", answers[0], recipients);
  }

  #pieces(): Pieces {
    const { body, onProgress } = this.#mail;
    let sentBytes = 0;
    return piecesOf(body, this.#parts.dialogue.ended, (piece) => {
      sentBytes += piece.length;
      this.#lines.measure(piece);
      onProgress?.(sentBytes);
    });
  }
}

function isAccepted({ status }: RecipientResult): boolean {
  return status === "accepted";
}

/** The reply, when it is positive. */
export function expectPositive<R extends Reply>(command: Command["verb"], reply: R): R {
  if (!isPositive(reply)) throw new SmtpReplyError(command, reply);
  return reply;
}
