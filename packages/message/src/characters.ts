// The bytes that structure a message, and what counts as white space.

/** Bytes by name. */
const TAB = 0x09;
/** Line feed: the only byte that ends a line here, with or without a CR before it. */
export const LF = 0x0a;
/** Carriage return. */
export const CR = 0x0d;
/** Space. */
const SPACE = 0x20;
/** `-` */
export const DASH = 0x2d;
/** `:` */
export const COLON = 0x3a;

/** WSP = SP / HTAB (RFC 5234). */
export function isWsp(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}

/** WSP and what folding leaves behind. */
export function isBlank(byte: number | undefined): boolean {
  return isWsp(byte) || byte === CR || byte === LF;
}

/** {@link isWsp} of a character of text. */
export function isWspChar(char: string): boolean {
  return char === " " || char === "\t";
}

/** The text without the WSP around it; unlike `trim` it leaves U+00A0, which may be half of a UTF-8 character. */
export function trimWsp(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWspChar(text.charAt(start))) start += 1;
  while (end > start && isWspChar(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}
