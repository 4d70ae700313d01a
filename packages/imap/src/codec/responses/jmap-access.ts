// JMAPACCESS: where the same mail can be had by JMAP (RFC 9698).

import type { ResponseGrammar } from "../grammar.ts";

/** Where the same mail can be had by JMAP. */
export interface JmapAccessResponse {
  readonly type: "JMAPACCESS";
  /** The URL of the JMAP session. */
  readonly url: string;
}

/** "JMAPACCESS" SP quoted */
export const jmapAccessResponse: ResponseGrammar<JmapAccessResponse> = {
  read: (cursor, type) => {
    cursor.space();
    return { type, url: cursor.string() };
  },
  write: (writer, { type, url }) => void writer.raw(`* ${type} `).string(url),
};
