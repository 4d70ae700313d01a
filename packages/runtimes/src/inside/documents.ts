// The two functions of `node:fs` that tests read documents with, over texts that were bundled with them.

/** What {@link documentFiles} gives. */
export interface DocumentFiles {
  readonly readFileSync: (url: URL) => string;
  readonly readdirSync: (folder: URL) => string[];
}

/** Reads from `texts`, by URL. */
export function documentFiles(texts: Readonly<Record<string, string>>): DocumentFiles {
  return {
    readFileSync: ({ href }) => {
      const text = texts[href];
      if (text === undefined) throw new Error(`no such document: ${href}`);
      return text;
    },
    readdirSync: ({ href }) =>
      Object.keys(texts)
        .filter((url) => url.startsWith(href))
        .map((url) => url.slice(href.length)),
  };
}
