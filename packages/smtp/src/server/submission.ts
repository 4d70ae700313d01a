// Message submission, RFC 6409: a server for the mail that people send, not for the mail that they get.

import { type Reply, reply } from "../codec/reply.ts";
import type { ReceivedCommand } from "../codec/received-command.ts";
import type { SmtpServerOptions } from "./options.ts";

/** What is left to choose for a submission server; without `mechanisms` nobody could send. */
export interface SubmissionOptions extends Omit<
  SmtpServerOptions,
  "protocol" | "requireTls" | "requireAuth" | "requireFullDomains" | "allowPlaintextAuth" | "mechanisms"
> {
  /** The SASL mechanisms offered. */
  readonly mechanisms: NonNullable<SmtpServerOptions["mechanisms"]>;
}

/**
 * The options of a submission server (RFC 6409): mail is taken only from clients that authenticated (530, section 4.3), and all but
 * introductions only inside TLS (530, RFC 8314 section 3; give `tls` unless the transports are secure), addresses must have fully qualified domains
 * (554, section 4.2) and no odd syntax (501, section 5.1), and there is no ETRN (502, section 7). Who may send as whom, and adding Date, Message-ID
 * and Sender (sections 6 and 8), is for the handlers.
 */
export function submissionOptions(options: SubmissionOptions): SmtpServerOptions {
  const { extensions } = options;
  return {
    ...options,
    ...(extensions && { extensions: extensions.filter(({ keyword }) => keyword !== "ETRN") }),
    protocol: "smtp",
    requireTls: true,
    requireAuth: true,
    requireFullDomains: true,
    onCommand: async (received, peer) => (await options.onCommand?.(received, peer)) ?? refusalOfAddress(received),
    onLookup: (command, peer) => (command.verb === "ETRN" ? undefined : options.onLookup?.(command, peer)),
  };
}

/** A server that people send through is the one place where a mistyped address can still be mended. */
function refusalOfAddress({ command, deviations }: ReceivedCommand): Reply | undefined {
  if (!deviations.includes("odd-local-part") && !deviations.includes("odd-domain")) return undefined;
  if (command.verb === "MAIL") return ODD_SENDER;
  return command.verb === "RCPT" ? ODD_RECIPIENT : undefined;
}

const ODD_SENDER = reply(501, "Address is not as RFC 5321 has it", "5.1.7");
const ODD_RECIPIENT = reply(501, "Address is not as RFC 5321 has it", "5.1.3");
