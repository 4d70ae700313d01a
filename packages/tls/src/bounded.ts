// Work that must be done by a deadline, unless the caller gives up before, and the typed errors of whatever prevents it.

import { ConnectionError, ProtocolError } from "@mailwire/wire";

/** How long work may take, and who may stop it. */
export interface Bounds {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** The outcome of `work`, or a `ConnectionError` (`timeout`, `aborted`) if that comes first: the work itself must then be stopped by the caller. */
export async function bounded<T>(work: Promise<T>, phase: string, { timeoutMs, signal }: Bounds): Promise<T> {
  let giveUp: (error: Error) => void = () => undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    giveUp = reject;
  });
  const onAbort = (): void => giveUp(new ConnectionError("aborted", `given up (${phase})`, { phase, cause: signal?.reason }));
  const onTimeout = (): void => giveUp(new ConnectionError("timeout", `no end within ${timeoutMs} ms (${phase})`, { phase }));
  const timer = setTimeout(onTimeout, Math.min(timeoutMs, 0x7fff_ffff));
  signal?.addEventListener("abort", onAbort);
  if (signal?.aborted === true) onAbort();
  try {
    return await Promise.race([limit, work]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** `error` as it is where it is typed already, else as the cause of a `ConnectionError`. */
export function typed(code: "transport" | "tls", phase: string, error: unknown): ConnectionError | ProtocolError {
  if (error instanceof ConnectionError || error instanceof ProtocolError) return error;
  return new ConnectionError(code, `${phase} failed: ${messageOf(error)}`, { phase, cause: error });
}

/** What `error` says. One for several attempts, as when a name has two addresses, says nothing itself. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}
