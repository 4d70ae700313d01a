import { CommandDecoder, encodeCommand } from "@mailwire/smtp/codec";
import { allowingLocalErrors, expectSameHoweverCut } from "../target.ts";

export const seeds = [
  "EHLO a.example\r\nMAIL FROM:<a@b.example> SIZE=10 BODY=8BITMIME\r\nRCPT TO:<c@d.example> NOTIFY=NEVER\r\nBDAT 3 LAST\r\n",
  'MAIL FROM: "a b"@[IPv6:::1]\nAUTH PLAIN =\r\nXCLIENT NAME=a+20b\r\nRCPT TO:<@a,@b:c@d>\r\n',
];

export function fuzz(input: Uint8Array): void {
  expectSameHoweverCut(function* (chunks) {
    const decoder = new CommandDecoder();
    for (const chunk of chunks) {
      decoder.push(chunk);
      for (let received = decoder.next(); received !== undefined; received = decoder.next()) {
        const { command, deviations, raw } = received;
        if (command.verb !== "invalid") allowingLocalErrors(() => void encodeCommand(command));
        yield { type: command.verb, command, deviations, bytes: raw };
      }
    }
  }, input);
}
