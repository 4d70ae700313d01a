/**
 * The structure of a stored RFC 5322/MIME message: ENVELOPE, BODYSTRUCTURE and section byte ranges.
 * @packageDocumentation
 */
export { parseAddressList, type Address } from "./address.ts";
export {
  bodyOf,
  bodyStructureOf,
  envelopeOf,
  type BodyBasic,
  type BodyExtensionData,
  type BodyFields,
  type BodyMessage,
  type BodyMultipart,
  type BodyStructure,
  type BodyText,
} from "./body-structure.ts";
export type { ByteRange } from "./byte-range.ts";
export type { BodyDisposition, Content } from "./content.ts";
export type { Entity, EntityFields, LeafEntity, MessageEntity, MultipartEntity } from "./entity.ts";
export type { Envelope } from "./envelope.ts";
export { fieldText, headerFields, type HeaderField } from "./header.ts";
export { DEFAULT_LIMITS, type MessageLimits } from "./limits.ts";
export { parseMessage, type MessageStructure } from "./message-structure.ts";
export type { BodyParameter, MediaType } from "./parameter.ts";
export { sectionBytes, sectionRanges, type Section, type SectionText } from "./section.ts";
