import { ProxyHeaderDecoder } from "@mailwire/server";
import { expectSameHoweverCut } from "../target.ts";

export const seeds = [
  "PROXY TCP4 192.0.2.1 192.0.2.2 1000 25\r\nEHLO",
  "PROXY UNKNOWN\r\n",
  "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x01\xc0\0\x02\x02\x03\xe8\0\x19rest",
];

export function fuzz(input: Uint8Array): void {
  expectSameHoweverCut(function* (chunks) {
    const decoder = new ProxyHeaderDecoder();
    for (const chunk of chunks) {
      const decoded = decoder.decode(chunk);
      if (decoded === undefined) continue;
      yield { type: "header", header: decoded.header };
      return;
    }
  }, input);
}
