import { encodeResponse, ResponseDecoder } from "@mailwire/imap/codec";
import { allowingLocalErrors, expectSameHoweverCut } from "../target.ts";

export const seeds = [
  '* OK [CAPABILITY IMAP4rev1 LITERAL+] ready\r\n* 1 FETCH (UID 5 FLAGS (\\Seen) BODY[]<0> {5}\r\nhello ENVELOPE ("d" "s" ((NIL NIL "a" "b")) NIL NIL NIL NIL NIL NIL "<i>"))\r\n',
  '* 2 FETCH (BODYSTRUCTURE (("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 2 1)("image" "png" NIL NIL NIL "base64" 9) "mixed"))\r\n',
  '* LIST (\\HasNoChildren) "/" "&BBAEMQ-"\r\n* STATUS a (MESSAGES 1 UIDNEXT 2)\r\n* SEARCH 1 2 3\r\n* ESEARCH (TAG "a") UID ALL 1:3\r\n+ go\r\na NO [ALERT] x\r\n',
  '* 5 UIDFETCH (BODY[] {3}\r\nabc)\r\n* ESEARCH (TAG "a" MAILBOX b UIDVALIDITY 1) UID PARTIAL (-1:-9 3,5) ADDTO (0 3:4) RELEVANCY (4)\r\n* UIDBATCHES (TAG "a") 9:5,4:1\r\n',
];

export function fuzz(input: Uint8Array): void {
  expectSameHoweverCut(function* (chunks) {
    const decoder = new ResponseDecoder({ maxResponseBytes: 4096, maxLiteralBytes: 2000, streamLiteralBytes: 100 });
    for (const chunk of chunks) {
      decoder.push(chunk);
      for (let event = decoder.next(); event !== undefined; event = decoder.next()) {
        yield event;
        if (event.type !== "response") continue;
        const { response } = event;
        allowingLocalErrors(() => void encodeResponse(response));
      }
    }
  }, input);
}
