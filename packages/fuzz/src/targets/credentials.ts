import { parseScramKeys, saslprep } from "@mailwire/sasl";
import { decodeBase64, decodeUtf8, encodeBase64, latin1 } from "@mailwire/wire";

export const seeds = ["SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy", "p\u00c3\u00a4ss", "YWJj"];

export function fuzz(input: Uint8Array): void {
  const text = latin1(input);
  parseScramKeys(text);
  const decoded = decodeBase64(text);
  if (decoded !== undefined && encodeBase64(decoded) !== text) throw new Error(`another base64: ${text}`);
  const name = decodeUtf8(input);
  if (name === undefined) return;
  const prepared = saslprep(name, "query");
  // RFC 3454: to prepare what was prepared changes nothing.
  if (prepared !== undefined && saslprep(prepared, "query") !== prepared) throw new Error(`not settled: ${JSON.stringify(name)}`);
}
