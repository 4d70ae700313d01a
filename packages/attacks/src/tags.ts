// IMAP tags: scripts write `{tag}`, or numbers that an attacker foresees; what mailwire really says takes their place.

/** Notes that mailwire's command has come for the one in the script, whose tag stands before the verb. */
export function rememberTag(pattern: string, line: string, tags: Map<string, string>): void {
  const [written = ""] = pattern.split(" ");
  const [said = ""] = line.split(" ");
  if (written !== "{tag}") tags.set(written, said);
}

/**
 * `text` with the tags that mailwire said. A number that it has not said yet is foreseen as well as can be: mailwire's latest tag, counted on by
 * as much.
 */
export function fillTags(text: string, tags: ReadonlyMap<string, string>, latest: string): string {
  return text
    .replaceAll("{tag}", latest)
    .split("\r\n")
    .map((line) => {
      const [word = "", ...rest] = line.split(" ");
      const known = tags.get(word) ?? foreseen(word, tags);
      return known === undefined || !/^(?:OK|NO|BAD)$/i.test(rest[0] ?? "") ? line : [known, ...rest].join(" ");
    })
    .join("\r\n");
}

function foreseen(written: string, tags: ReadonlyMap<string, string>): string | undefined {
  if (!/^\d+$/.test(written)) return undefined;
  for (const [known, said] of tags) {
    const [, prefix, count] = /^(.*?)(\d+)$/.exec(said) ?? [];
    if (/^\d+$/.test(known) && count !== undefined) return `${prefix ?? ""}${Number(count) + Number(written) - Number(known)}`;
  }
  return undefined;
}
