/**
 * POP3 values and their bytes: commands, replies, listings, capabilities, SASL lines, APOP.
 * @packageDocumentation
 */
export { decodeCommand, encodeCommand } from "./command.ts";
export type { BareVerb, Command, CommandType } from "./command.ts";
export { redactCommand } from "./redact.ts";
export { decodeReply, encodeReply, err, hasCode, ok } from "./reply.ts";
export type { Reply, ResponseCode, Status } from "./reply.ts";
export { decodeChallenge, decodeSaslResponse, encodeChallenge, encodeSaslCancel, encodeSaslResponse } from "./sasl.ts";
export { decodeListing, encodeListing } from "./listing.ts";
export type {
  CapabilityListing,
  DropListing,
  InvalidListing,
  Language,
  LanguageListing,
  Listing,
  ListingKind,
  ScanListing,
  TextListing,
  UniqueIdListing,
} from "./listing.ts";
export {
  Capabilities,
  decodeCapability,
  encodeCapability,
  expireCapability,
  loginDelayCapability,
  utf8Capability,
} from "./capabilities.ts";
export type { Capability, CapabilityName, Expire, LoginDelay, Utf8Support } from "./capabilities.ts";
export { apopDigest, findTimestamp } from "./apop.ts";
export { MAX_COMMAND_BYTES, MAX_REPLY_BYTES, encodeLine } from "./line.ts";
