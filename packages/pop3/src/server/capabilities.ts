// What CAPA lists (RFC 2449 section 6, RFC 2595, RFC 3206, RFC 5034, RFC 6856).

import { expireCapability, loginDelayCapability, utf8Capability } from "../codec/capabilities.ts";
import type { Capability } from "../codec/capabilities.ts";
import type { CapabilityListing } from "../codec/listing.ts";
import type { Pop3ServerOptions } from "./options.ts";

/** What of a connection its capabilities depend on. */
export interface Standing {
  /** Who is logged in. */
  readonly identity: string | undefined;
  /** True where USER and PASS may be used. */
  readonly mayLogIn: boolean;
  /** True where STLS may be used. */
  readonly mayStartTls: boolean;
  /** Names of the mechanisms that AUTH takes. */
  readonly mechanisms: readonly string[];
}

/** The lines of CAPA. */
export function* capabilityListings(options: Pop3ServerOptions, standing: Standing): Generator<CapabilityListing> {
  for (const capability of capabilitiesOf(options, standing)) yield { type: "capability", ...capability };
}

function* capabilitiesOf(options: Pop3ServerOptions, standing: Standing): Generator<Capability> {
  const { identity, mechanisms } = standing;
  for (const name of ["TOP", "UIDL", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING"]) yield bare(name);
  if (standing.mayLogIn) yield bare("USER");
  if (mechanisms.length > 0) yield { name: "SASL", parameters: mechanisms };
  if (standing.mayStartTls) yield bare("STLS");
  if (options.loginDelays !== undefined) yield loginDelayCapability(options.loginDelays.delayOf(identity));
  const expire = options.expire?.(identity);
  if (expire !== undefined) yield expireCapability(expire);
  if (options.utf8 !== undefined) yield utf8Capability(options.utf8);
  if (options.languages !== undefined) yield bare("LANG");
  if (options.implementation !== undefined) yield { name: "IMPLEMENTATION", parameters: options.implementation.split(" ") };
  yield* options.capabilities ?? [];
}

function bare(name: string): Capability {
  return { name, parameters: [] };
}
