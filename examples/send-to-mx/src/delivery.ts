// Tries one host after another, until one has answered for good. RFC 5321 section 5.1.

import { type Mail, type SendResult, SmtpClient, type SmtpClientOptions, SmtpReplyError } from "@mailwire/smtp/client";
import { connect } from "@mailwire/tls";
import { addressesOf, type Dns, exchangersOf } from "./exchangers.ts";

/** How to deliver. */
export interface MxDeliveryOptions {
  readonly dns: Dns;
  readonly port: number;
  /** For each connection; the server's name is that of the host. */
  readonly client: SmtpClientOptions;
  /** Milliseconds that connecting to one address may take. */
  readonly connectTimeoutMs: number;
  /** Hears why a host was given up. */
  readonly onFailure: (host: string, error: unknown) => void;
}

/** Delivers to recipients who share a domain; rejects with the first refusal for good, or with the last failure. */
export async function deliver(domain: string, mail: Mail, options: MxDeliveryOptions): Promise<SendResult> {
  let failure: unknown;
  for (const host of await exchangersOf(domain, options.dns)) {
    try {
      return await deliverTo(host, mail, options);
    } catch (error) {
      options.onFailure(host, error);
      if (isForGood(error)) throw error;
      failure = error;
    }
  }
  throw failure;
}

/** Tries the host's addresses; only one that cannot be reached makes way for the next. */
async function deliverTo(host: string, mail: Mail, options: MxDeliveryOptions): Promise<SendResult> {
  let failure: unknown;
  for (const address of await addressesOf(host, options.dns)) {
    let client: SmtpClient;
    try {
      const transport = await connect({ host: address, port: options.port, serverName: host, timeoutMs: options.connectTimeoutMs });
      client = await SmtpClient.open(transport, { ...options.client, serverName: host.replace(/^\[|\]$/g, "") });
    } catch (error) {
      failure = error;
      continue;
    }
    try {
      return await client.sendMail(mail);
    } finally {
      await client.quit().catch(() => undefined);
    }
  }
  throw failure;
}

/** A 5yz for the mail. At the greeting or EHLO it only says that this host is no good. */
function isForGood(error: unknown): boolean {
  return error instanceof SmtpReplyError && error.reply.code >= 500 && !["greeting", "EHLO", "HELO"].includes(error.command);
}
