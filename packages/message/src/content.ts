// The MIME fields of one entity (RFC 2045, RFC 2183, RFC 3282, RFC 2557): what BODYSTRUCTURE tells of it.

import type { ByteRange } from "./byte-range.ts";
import { trimWsp } from "./characters.ts";
import { fieldText, firstFields } from "./header.ts";
import { parseMediaType, parseWithParameters, type BodyParameter, type MediaType } from "./parameter.ts";

/** How a part is meant to be shown (RFC 2183). */
export interface BodyDisposition {
  /** `attachment`, `inline` …; case as it is written. */
  readonly type: string;
  /** Null for none. */
  readonly parameters: readonly BodyParameter[] | null;
}

/** The MIME fields of one entity, defaults filled in. Texts hold one character (U+0000 to U+00FF) per byte. */
export interface Content {
  /** Content-Type. */
  readonly mediaType: MediaType;
  /** Content-ID. */
  readonly id: string | null;
  /** Content-Description. */
  readonly description: string | null;
  /** Content-Transfer-Encoding; `7bit` where the header says none. */
  readonly encoding: string;
  /** Content-MD5. */
  readonly md5: string | null;
  /** Content-Disposition. */
  readonly disposition: BodyDisposition | null;
  /** Content-Language. */
  readonly language: readonly string[] | null;
  /** Content-Location. */
  readonly location: string | null;
}

/** What a part is unless its header says otherwise (RFC 2045 section 5.2). */
export const PLAIN_TEXT: MediaType = { type: "text", subtype: "plain", parameters: [{ name: "charset", value: "us-ascii" }] };

const FIELDS: ReadonlySet<string> = new Set([
  "content-type",
  "content-id",
  "content-description",
  "content-transfer-encoding",
  "content-md5",
  "content-disposition",
  "content-language",
  "content-location",
]);

/** The MIME fields of the header that stands in `header`; `otherwise` is its media type when it names none that can be read. */
export function contentOfHeader(raw: Uint8Array, header: ByteRange, otherwise: MediaType, maxFieldBytes: number): Content {
  const fields = firstFields(raw, header, FIELDS);
  const text = (name: string): string | null => {
    const field = fields.get(name);
    const value = field === undefined ? "" : fieldText(raw, field, maxFieldBytes);
    return value === "" ? null : value;
  };
  const mediaType = text("content-type");
  const disposition = text("content-disposition");
  return {
    mediaType: mediaType === null ? otherwise : withCharset(parseMediaType(mediaType) ?? PLAIN_TEXT),
    id: text("content-id"),
    description: text("content-description"),
    encoding: firstToken(text("content-transfer-encoding")) ?? "7bit",
    md5: text("content-md5"),
    disposition: disposition === null ? null : parseDisposition(disposition),
    language: parseLanguage(text("content-language")),
    location: text("content-location"),
  };
}

// Text without a charset is US-ASCII (RFC 2046 section 4.1.2); servers say so in BODYSTRUCTURE.
function withCharset(mediaType: MediaType): MediaType {
  if (mediaType.type.toLowerCase() !== "text") return mediaType;
  if (mediaType.parameters.some(({ name }) => name.toLowerCase() === "charset")) return mediaType;
  return { ...mediaType, parameters: [...mediaType.parameters, ...PLAIN_TEXT.parameters] };
}

// disposition = disposition-type *(";" disposition-parm)
function parseDisposition(text: string): BodyDisposition {
  const { value, parameters } = parseWithParameters(text);
  return { type: value, parameters: parameters.length === 0 ? null : parameters };
}

// Content-Language = 1#language-tag
function parseLanguage(text: string | null): readonly string[] | null {
  if (text === null) return null;
  const tags = parseWithParameters(text)
    .value.split(",")
    .map(trimWsp)
    .filter((tag) => tag !== "");
  return tags.length === 0 ? null : tags;
}

function firstToken(text: string | null): string | null {
  if (text === null) return null;
  const { value } = parseWithParameters(text);
  return value === "" ? null : value;
}
