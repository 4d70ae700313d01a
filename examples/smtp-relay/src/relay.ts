// Passes mail on while it comes: each command is put to the next hop before it is answered here, and of a message nothing is kept.

import { receivedField } from "@mailwire/mailstore/smtp";
import { SmtpClient } from "@mailwire/smtp/client";
import { type Command, isPositive, type Reply, reply } from "@mailwire/smtp/codec";
import type { SmtpServerHandlers } from "@mailwire/smtp/server";
import { guarded, MailLoopError } from "./loop-guard.ts";
import { passedOn } from "./parameters.ts";

/** How to relay. */
export interface RelayOptions {
  /** The name of this relay for the Received field. */
  readonly hostname: string;
  /** Makes a connection to the next hop, ready for mail. */
  readonly connect: () => Promise<SmtpClient>;
  /** Hears why the next hop could not be asked. */
  readonly onError: (error: unknown) => void;
}

/** The handlers of one connection; they share one connection to the next hop, which is made at the first MAIL. */
export function relaying({ hostname, connect, onError }: RelayOptions): SmtpServerHandlers {
  let next: SmtpClient | undefined;

  /** What the next hop says; where it cannot be asked the client may try again later, unless the message is to blame. */
  const asking = async (ask: () => Promise<Reply | undefined>): Promise<Reply> => {
    try {
      return passedBack((await ask()) ?? UNREACHABLE);
    } catch (error) {
      onError(error);
      next?.abort(error);
      return error instanceof MailLoopError ? error.reply : UNREACHABLE;
    }
  };
  const say = (command: Extract<Command, { readonly verb: "MAIL" | "RCPT" }>): Promise<Reply> =>
    asking(async () => {
      if (next === undefined) return undefined;
      const parameters = passedOn(command.parameters, next.extensions);
      return "code" in parameters ? parameters : next.command({ ...command, parameters });
    });

  return {
    onMail: async ({ from, parameters }) => {
      if (next?.isOpen !== true) {
        try {
          next = await connect();
        } catch (error) {
          onError(error);
          return UNREACHABLE;
        }
      }
      return say({ verb: "MAIL", path: from, parameters });
    },
    onRcpt: ({ path, parameters }) => say({ verb: "RCPT", path, parameters }),
    onMessage: (envelope, body, peer) =>
      asking(async () => {
        const trace = receivedField({ envelope, peer, hostname, now: Date.now() });
        const [answer] = (await next?.data(following(trace, guarded(body)))) ?? [];
        // Where DATA was refused, the transaction is still open.
        if (answer !== undefined && !isPositive(answer)) await next?.reset().catch((error: unknown) => next?.abort(error));
        return answer;
      }),
    onReset: async () => {
      await next?.reset().catch((error: unknown) => next?.abort(error));
    },
    onClose: () => {
      void next?.quit().catch((error: unknown) => next?.abort(error));
    },
  };
}

const UNREACHABLE = reply(451, "The next server cannot be reached, or went away: try again later", "4.4.2");

/** The next hop's words as our own. Its 421 would close this connection too; but only that one closes. */
function passedBack({ code, enhancedCode, lines }: Reply): Reply {
  const printable = lines.map((line) => line.replace(/\p{Cc}/gu, "?"));
  if (code === 421 || (code >= 300 && code < 400)) return reply(451, printable, "4.4.2");
  return reply(code, printable, enhancedCode);
}

async function* following(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  yield first;
  yield* rest;
}
