// Capabilities (RFC 2449 section 3): tags with parameters, one per line.
// capability-line = capa-tag *(SP param)    capa-tag = 1*cchar    param = 1*schar

import { ProtocolError } from "@mailwire/wire";

/** One capability. */
export interface Capability {
  /** The tag in upper case: `PIPELINING`, `SASL`. */
  readonly name: string;
  /** What follows it, as it came. */
  readonly parameters: readonly string[];
}

/** All capabilities of a server: parameters by tag, tags in upper case. */
export type Capabilities = ReadonlyMap<string, readonly string[]>;

/** Reads a capability line; `undefined` when there is no tag in it. */
export function decodeCapability(text: string): Capability | undefined {
  const [name, ...parameters] = text.split(/[ \t]+/).filter((word) => word !== "");
  return name === undefined ? undefined : { name: name.toUpperCase(), parameters };
}

/** The text of a capability line; throws a local `ProtocolError` (`bad-capability`) when a word is empty or not printable ASCII. */
export function encodeCapability(capability: Capability): string {
  const words = [capability.name, ...capability.parameters];
  if (!words.every((word) => /^[!-~]+$/.test(word))) {
    throw new ProtocolError("local", "bad-capability", "a capability is made of words of printable ASCII");
  }
  return words.join(" ");
}
