// Sections of messages.

import fc from "fast-check";
import type { Section } from "../../src/codec/index.ts";
import { nzNumber, text } from "./basics.ts";

/** Part numbers; none for the message itself. */
export const part = fc.array(nzNumber, { maxLength: 4 });

/** Any section. */
export const section: fc.Arbitrary<Section> = fc.oneof(
  part.map((numbers): Section => ({ part: numbers, text: "", fields: [] })),
  fc.record({ part, text: fc.constantFrom("HEADER" as const, "TEXT" as const), fields: fc.constant([]) }),
  fc.record({
    part,
    text: fc.constantFrom("HEADER.FIELDS" as const, "HEADER.FIELDS.NOT" as const),
    fields: fc.array(text, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ part: fc.array(nzNumber, { minLength: 1, maxLength: 3 }), text: fc.constant("MIME" as const), fields: fc.constant([]) }),
);
