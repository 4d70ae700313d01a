// Parameters of extensions.

import fc from "fast-check";
import type { UnknownParameter } from "../../src/codec/index.ts";
import { utf8, word } from "./basics.ts";

/** A value that a client may say without literals. */
export const value: fc.Arbitrary<Uint8Array> = fc.constantFrom("1", "1:*", "-1:-5", '"a b"', "()", '(a "b" (c 1:2))').map(utf8);

/** Any parameter that no type names. */
export const unknownParameter: fc.Arbitrary<UnknownParameter> = fc.record({
  type: fc.constant("unknown" as const),
  name: word.map((name) => `X-${name}`),
  raw: fc.option(value),
});
