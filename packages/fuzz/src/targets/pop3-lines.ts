import { decodeCommand, decodeListing, decodeReply, encodeCommand, encodeReply } from "@mailwire/pop3/codec";
import { allowingLocalErrors } from "../target.ts";

export const seeds = [
  "AUTH PLAIN =",
  "APOP a 0123456789abcdef0123456789abcdef",
  "TOP 1 10",
  "+OK 2 320 octets",
  "-ERR [IN-USE] no",
  "1 whqtswO00WBw418f9t5JxYwZ",
];

export function fuzz(input: Uint8Array): void {
  const command = decodeCommand(input);
  allowingLocalErrors(() => void encodeCommand(command));
  const reply = decodeReply(input);
  if (reply !== undefined) allowingLocalErrors(() => void encodeReply(reply));
  for (const kind of ["drop", "scan", "unique-id", "capability"] as const) decodeListing(kind, input);
}
