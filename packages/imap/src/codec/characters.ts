// Classes of characters (RFC 3501 section 9), as bits looked up by byte.

/** ATOM-CHAR: no CTL, no space, none of `( ) { % * " \ ]`. */
export const ATOM = 1;
/** ASTRING-CHAR: ATOM-CHAR and `]`. */
export const ASTRING = 2;
/** What tags are made of: ASTRING-CHAR without `+`. */
export const TAG = 4;
/** What names of items are made of: ATOM-CHAR without `[` and `<`, which may follow a name. */
export const KEYWORD = 8;
/** What flags are made of in the field: anything but CTL, space and parentheses. */
export const FLAG = 16;
/** What may stand in a quoted string without a backslash: TEXT-CHAR without `"` and `\`. */
export const QUOTED = 32;
/** list-char: ATOM-CHAR, `%`, `*` and `]`. */
export const LIST = 64;
/** What follows the backslash of a flag: as {@link FLAG}, up to the backslash of another. */
export const FLAG_REST = 128;

/** The classes of each byte, as bits. Loops over bytes look here instead of calling {@link isIn}. */
export const CLASSES: Uint8Array = /* @__PURE__ */ Uint8Array.from({ length: 256 }, (_, byte) => classify(byte));

function classify(byte: number): number {
  if (byte === 0) return 0;
  const visible = byte > 32 && byte !== 127;
  const character = String.fromCharCode(byte);
  const quoted = byte < 128 && !'\r\n"\\'.includes(character) ? QUOTED : 0;
  const flag = visible && !"()".includes(character) ? (character === "\\" ? FLAG : FLAG | FLAG_REST) : 0;
  if (!visible || byte > 126 || '(){"\\'.includes(character)) return quoted | flag;
  if ("%*".includes(character)) return quoted | flag | LIST;
  const name = ASTRING | LIST | (character === "+" ? 0 : TAG);
  if (character === "]") return quoted | flag | name;
  return quoted | flag | name | ATOM | ("[<".includes(character) ? 0 : KEYWORD);
}

/** True when `byte` is of one of the classes; false beyond the end of an array. */
export function isIn(byte: number | undefined, classes: number): boolean {
  return byte !== undefined && ((CLASSES[byte] ?? 0) & classes) !== 0;
}

/** True for `0` to `9`; false beyond the end of an array. */
export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}

/** True when each character of `text` is of one of the classes. */
export function consistsOf(text: string, classes: number): boolean {
  for (let at = 0; at < text.length; at += 1) {
    if (((CLASSES[text.charCodeAt(at)] ?? 0) & classes) === 0) return false;
  }
  return true;
}

/** Each byte in upper case. */
export const UPPER: Uint8Array = /* @__PURE__ */ Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 97 && byte <= 122 ? byte - 32 : byte,
);
