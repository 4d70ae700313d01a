// Prints what a server tells of a mailbox as it happens, until somebody has had enough.

import { UsageError } from "example-client-options";
import type { ImapClient } from "@mailwire/imap/client";
import { encodeResponse } from "@mailwire/imap/codec";

/** How long to idle. */
export interface Patience {
  /** Milliseconds; without it until SIGINT. */
  readonly ms?: number;
  /** How many things may be told; without it any number. */
  readonly count?: number;
}

/** Idles in a mailbox. SIGINT ends it politely; a second one ends the program. */
export async function idle(client: ImapClient, mailbox: string, { ms, count }: Patience): Promise<void> {
  const over = new AbortController();
  const end = (): void => over.abort();
  const timer = ms === undefined ? undefined : setTimeout(end, ms);
  process.once("SIGINT", end);
  try {
    await client.examine(mailbox);
    let told = 0;
    for await (const response of client.idle({ signal: over.signal })) {
      for (const segment of encodeResponse(response)) if (segment.type === "bytes") process.stdout.write(segment.bytes);
      told += 1;
      if (told === count) break;
    }
  } finally {
    clearTimeout(timer);
    process.removeListener("SIGINT", end);
  }
}

/** What `--for` and `--count` mean. */
export function patienceBy(values: { readonly for?: string; readonly count?: string }): Patience {
  const seconds = numberBy("--for", values.for);
  const count = numberBy("--count", values.count);
  return { ...(seconds !== undefined && { ms: seconds * 1000 }), ...(count !== undefined && { count }) };
}

function numberBy(flag: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(value)) throw new UsageError(`${flag} needs a number from 1 to 999999`);
  return Number(value);
}
