import { concat, DotDecoder, DotEncoder, LineEndFilter } from "@mailwire/wire";
import { allowingLocalErrors, expectSameHoweverCut } from "../target.ts";

export const seeds = ["a\r\n.b\r\n..\r\n.\r\nrest", ".\r\n", "\n.\n\r.\r"];

export function fuzz(input: Uint8Array): void {
  for (const policy of ["reject", "normalize", "keep"] as const) {
    expectSameHoweverCut(function* (chunks) {
      const decoder = new DotDecoder(policy);
      // How much was given before a bare line end was met is nobody's business: the body is worthless.
      const pieces: Uint8Array[] = [];
      for (const chunk of chunks) if (!decoder.done) decoder.decode(chunk, (view) => pieces.push(view));
      yield { type: decoder.done ? "whole" : "begun", chunk: concat(pieces) };
    }, input);
  }
  allowingLocalErrors(() => expectItBack(input));
}

/** What is sent arrives, with its line ends made CRLF, and nothing behind its end belongs to it. */
function expectItBack(input: Uint8Array): void {
  const wanted = bytesOf((emit) => {
    const filter = new LineEndFilter("normalize", "local");
    filter.filter(input, emit);
    filter.finish(emit);
  });
  const wire = bytesOf((emit) => {
    const encoder = new DotEncoder("normalize");
    encoder.encode(input, emit);
    encoder.finish(emit);
  });
  const decoder = new DotDecoder("reject");
  const back = bytesOf((emit) => {
    if (decoder.decode(Uint8Array.from([...wire, 0x2e, 13, 10]), emit) !== wire.length) throw new Error("it ends elsewhere");
  });
  const ended = wanted.length === 0 || (wanted.at(-2) === 13 && wanted.at(-1) === 10) ? wanted : [...wanted, 13, 10];
  if (back.join() !== ended.join()) throw new Error(`not the same: ${ended.join()} ${back.join()}`);
}

function bytesOf(make: (emit: (view: Uint8Array) => void) => void): number[] {
  const bytes: number[] = [];
  make((view) => bytes.push(...view));
  return bytes;
}
