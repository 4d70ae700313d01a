import { CommandDecoder, encodeCommand } from "@mailwire/imap/codec";
import { allowingLocalErrors, expectSameHoweverCut } from "../target.ts";

export const seeds = [
  'a LOGIN "x" {3}\r\nabc\r\nb SELECT INBOX (CONDSTORE)\r\nc UID FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS (FROM)]<0.5>)\r\nd APPEND x (\\Seen) {2+}\r\nhi\r\n',
  'a SEARCH CHARSET UTF-8 OR FROM {1}\r\nx NOT (UNSEEN 1,3:5) SINCE 1-Jan-2020\r\nb STORE 1 +FLAGS.SILENT (a)\r\nc LIST (SUBSCRIBED) "" (a b%) RETURN (STATUS (MESSAGES))\r\n',
  'a UID SEARCH RETURN (SAVE PARTIAL -1:-5 X (1)) CHARSET UTF-8 FUZZY OR UID $ MODSEQ "/flags/a" all 5 OLDER 5\r\nb ESEARCH IN (inboxes subtree (x y) (z 1)) RETURN () ALL\r\n',
];

export function fuzz(input: Uint8Array): void {
  expectSameHoweverCut(function* (chunks) {
    const decoder = new CommandDecoder({ maxLineBytes: 500, maxLiteralBytes: 200, maxAppendBytes: 100 });
    for (const chunk of chunks) {
      decoder.push(chunk);
      for (let event = decoder.next(); event !== undefined; event = decoder.next()) {
        yield event;
        if (event.type === "literal" || event.type === "append") decoder.accept();
        if (event.type !== "command") continue;
        const { tag, command } = event;
        allowingLocalErrors(() => void encodeCommand(tag, command, {}));
      }
    }
  }, input);
}
