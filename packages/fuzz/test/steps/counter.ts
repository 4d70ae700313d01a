// Counts what code does, not how long it takes: how often each block of it runs, as the engine counts for coverage, and how many bytes it
// has the platform look at or copy.

import { Session } from "node:inspector/promises";

let bytes = 0;

/** Counts bytes in methods of the platform that take time for each; before any code keeps one of them for itself. */
function countBytes<Name extends string>(
  owner: Record<Name, unknown>,
  name: Name,
  cost: (self: Uint8Array, result: unknown, args: unknown[]) => number,
): void {
  const native = owner[name] as (...args: unknown[]) => unknown;
  owner[name] = function (this: Uint8Array, ...args: unknown[]): unknown {
    const result = native.apply(this, args);
    bytes += cost(this, result, args);
    return result;
  };
}

const sized = (value: unknown): number => (value as { length: number }).length;
const arrays = Object.getPrototypeOf(Uint8Array.prototype) as Record<"set" | "slice" | "fill" | "indexOf", unknown>;
const searched = (self: Uint8Array, found: unknown, [, from = 0]: unknown[]): number =>
  (found === -1 ? self.length : (found as number)) - (from as number);
countBytes(arrays, "set", (_self, _result, [source]) => sized(source));
countBytes(arrays, "slice", (_self, result) => sized(result));
countBytes(arrays, "fill", sized);
countBytes(arrays, "indexOf", searched);
const buffers = Buffer.prototype as unknown as Record<"indexOf" | "latin1Slice", unknown>;
countBytes(buffers, "indexOf", searched);
countBytes(buffers, "latin1Slice", (_self, result) => sized(result));
countBytes(TextDecoder.prototype as unknown as Record<"decode", unknown>, "decode", (_self, _result, [source]) => sized(source));

/** The steps that `work` takes. */
export async function steps(work: () => void): Promise<number> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  bytes = 0;
  work();
  const natively = bytes;
  const { result } = await session.post("Profiler.takePreciseCoverage");
  session.disconnect();
  let count = natively;
  for (const { url, functions } of result) {
    if (!url.includes("/packages/")) continue;
    for (const { ranges } of functions) for (const range of ranges) count += range.count;
  }
  return count;
}
