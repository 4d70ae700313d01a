// What SEARCH looks for in a message's text: header fields and bodies, decoded, in lower case (RFC 3501 section 6.4.4).

import {
  fieldText,
  headerFields,
  parseMessage,
  type ByteRange,
  type Entity,
  type LeafEntity,
  type MessageStructure,
} from "@mailwire/message";
import { decodeHeaderText, decodeText } from "./transfer-encoding.ts";

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** The text of a message, looked at as far as it is asked for. */
export class SearchedText {
  readonly #message: MessageStructure;

  constructor(raw: Uint8Array) {
    this.#message = parseMessage(raw);
  }

  /** True when a field of this name contains the text, in any case; every field contains the empty text. */
  fieldContains(name: string, text: string): boolean {
    const wanted = name.toLowerCase();
    return this.#fields(this.#message.root.header).some((field) => field.name === wanted && field.text.includes(text.toLowerCase()));
  }

  /** True when the body contains the text, in any case. */
  bodyContains(text: string): boolean {
    return this.#contains(this.#message.root, text.toLowerCase());
  }

  /** True when header or body contains the text, in any case. */
  contains(text: string): boolean {
    return this.#headerContains(this.#message.root.header, text.toLowerCase()) || this.bodyContains(text);
  }

  /** The day in the Date field as a number, 19960717 say, whatever the time and the zone; `undefined` when there is none to be read. */
  get sentDay(): number | undefined {
    const date = this.#fields(this.#message.root.header).find(({ name }) => name === "date")?.text ?? "";
    const [, day, month = "", year = ""] = /(\d{1,2})[ \t]+([a-z]{3})[a-z]*[ \t]+(\d{2,4})/.exec(date) ?? [];
    const monthNumber = MONTHS.indexOf(month) + 1;
    return monthNumber === 0 ? undefined : fullYear(year) * 10_000 + monthNumber * 100 + Number(day);
  }

  #fields(header: ByteRange): readonly { readonly name: string; readonly text: string }[] {
    const { raw, limits } = this.#message;
    return Array.from(headerFields(raw, header), (field) => ({
      name: field.name.toLowerCase(),
      text: decodeHeaderText(fieldText(raw, field, limits.maxFieldBytes)).toLowerCase(),
    }));
  }

  #headerContains(header: ByteRange, text: string): boolean {
    return this.#fields(header).some((field) => `${field.name}: ${field.text}`.includes(text));
  }

  #contains(entity: Entity, text: string): boolean {
    switch (entity.kind) {
      case "multipart":
        return entity.parts.some((part) => this.#contains(part, text));
      case "message":
        return this.#headerContains(entity.message.header, text) || this.#contains(entity.message, text);
      case "text":
        return this.#textOf(entity).includes(text);
      case "basic":
        return false;
    }
  }

  #textOf({ body, content }: LeafEntity): string {
    const charset = content.mediaType.parameters.find(({ name }) => name.toLowerCase() === "charset")?.value ?? "us-ascii";
    return decodeText(this.#message.raw.subarray(body.start, body.end), content.encoding, charset).toLowerCase();
  }
}

// Years of two and three digits: RFC 5322 section 4.3.
function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length === 4) return year;
  return digits.length === 2 && year < 50 ? 2000 + year : 1900 + year;
}
