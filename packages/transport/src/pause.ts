// A wait that a connection's end cuts short.

/** Resolves after `ms` milliseconds, or as soon as `over` settles: nobody is waited for who has gone. It leaves no timer behind, and never rejects. */
export async function pause(ms: number, over: Promise<unknown>): Promise<void> {
  const settled = over.catch(() => undefined);
  if (ms <= 0) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const time = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([time, settled]);
  clearTimeout(timer);
}
