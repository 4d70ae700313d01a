import { encodeReply, ReplyDecoder } from "@mailwire/smtp/codec";
import { allowingLocalErrors, expectSameHoweverCut } from "../target.ts";

export const seeds = ["220 a.example ESMTP\r\n250-a\r\n250-SIZE 10\r\n250 2.0.0 Ok\r\n", "354\n550-5.1.1 a\r\n550 b\r\n421 4.3.2\r\n"];

export function fuzz(input: Uint8Array): void {
  expectSameHoweverCut(function* (chunks) {
    const decoder = new ReplyDecoder();
    for (const chunk of chunks) {
      decoder.push(chunk);
      for (let reply = decoder.next(); reply !== undefined; reply = decoder.next()) {
        const { code, enhancedCode, lines } = reply;
        allowingLocalErrors(() => void encodeReply({ code, enhancedCode, lines }));
        yield { type: "reply", code, enhancedCode, lines };
      }
    }
  }, input);
}
