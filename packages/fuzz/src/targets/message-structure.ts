import { bodyStructureOf, envelopeOf, parseMessage } from "@mailwire/message";

export const seeds = [
  "From: a@b\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\na\r\n--x\r\nContent-Type: message/rfc822\r\n\r\nSubject: y\r\n\r\nb\r\n--x--\r\n",
  'To: g: a@b, "c" <d@e>;\r\nContent-Type: text/plain; charset*0=a; charset*1="b"\r\nContent-Disposition: attachment; filename=x\r\n\r\n',
];

export function fuzz(input: Uint8Array): void {
  const message = parseMessage(input);
  envelopeOf(message);
  bodyStructureOf(message);
}
