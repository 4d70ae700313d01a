// Patterns of LIST and LSUB (RFC 3501 section 6.3.8): `*` stands for anything, `%` for anything within one level of the hierarchy.

/** Tells whether `name` fits `pattern`, in time proportional to the square of the name's length, once the pattern is read. INBOX fits in any case. */
export function fitsPattern(pattern: string, name: string, delimiter: string | null): boolean {
  if (name === "INBOX") return fits(pattern.toUpperCase(), name, delimiter);
  return fits(pattern, name, delimiter);
}

function fits(pattern: string, name: string, delimiter: string | null): boolean {
  // Neighbouring wildcards are one, so a pattern that is longer than this has more characters than the name.
  const signs = pattern.replace(/[*%]+/g, (run) => (run.includes("*") ? "*" : "%"));
  if (signs.length > 2 * name.length + 1) return false;
  // reached[i]: what was read of the pattern so far fits the first i characters of the name.
  let reached: boolean[] = Array.from({ length: name.length + 1 }, (_unused, length) => length === 0);
  for (const sign of signs) {
    const next: boolean[] = [];
    for (let length = 0; length <= name.length; length += 1) {
      const last = name[length - 1];
      if (sign === "*" || sign === "%") {
        const longer = length > 0 && next[length - 1] === true && (sign === "*" || last !== delimiter);
        next.push(reached[length] === true || longer);
      } else next.push(length > 0 && last === sign && reached[length - 1] === true);
    }
    reached = next;
  }
  return reached[name.length] === true;
}
