// Waiting that can be cut short; what was waited for goes on by itself.

/** What `work` gives; rejects with the reason of `signal` as soon as that is aborted. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    const settled = (): void => signal.removeEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort);
    void work.then(resolve, reject).then(settled);
  });
}

/** What `source` gives, until `signal` is aborted: one that has nothing to give must not keep anyone waiting. It is left without waiting for it. */
export async function* chunksUntilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (let next = await untilAborted(iterator.next(), signal); next.done !== true; next = await untilAborted(iterator.next(), signal)) {
      yield next.value;
    }
  } finally {
    leave(iterator).catch(() => undefined);
  }
}

async function leave(iterator: AsyncIterator<unknown>): Promise<void> {
  await iterator.return?.();
}
