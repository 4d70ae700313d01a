// What must never be seen in clear: the credentials and the mail that mailwire's side would show as soon as it may.

import { encodeBase64, utf8 } from "@mailwire/wire";

/** Who logs in. */
export const CANARY = {
  user: "canary-user",
  password: "canary-password-4711",
  from: "canary-sender@client.example",
  to: "canary-recipient@mx.example",
  content: "canary-content-4712",
} as const;

/** The canaries that can be recognized in text, as they are and in base64 wherever they begin. */
export function canariesIn(text: string): string[] {
  return Object.entries(CANARY).flatMap(([name, canary]) => (traces(canary).some((trace) => text.includes(trace)) ? [name] : []));
}

function traces(canary: string): string[] {
  const shifted = [0, 1, 2].map((shift) => {
    const whole = encodeBase64(utf8("\0".repeat(shift) + canary));
    // Only groups of four that nothing before or behind it changes.
    return whole.slice(shift === 0 ? 0 : 4, Math.floor((canary.length + shift) / 3) * 4);
  });
  return [canary, ...shifted];
}
