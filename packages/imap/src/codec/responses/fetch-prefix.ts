// A FETCH or UIDFETCH response that is here up to a literal which streams.

import type { Cursor } from "../cursor.ts";
import { attempt } from "../malformed.ts";
import { readFetchResponse } from "./fetch.ts";
import type { FetchResponse } from "./fetch.ts";
import { readUidFetchResponse } from "./uid-fetch.ts";
import type { UidFetchResponse } from "./uid-fetch.ts";

/** The response as far as it is here; `undefined` where it is none. The last of its items holds the literal, unless that is not message data. */
export function readFetchPrefix(cursor: Cursor): FetchResponse | UidFetchResponse | undefined {
  return attempt(
    () => {
      cursor.at += 2;
      const number = cursor.nzNumber();
      cursor.space();
      const name = cursor.keyword();
      if (name === "FETCH") return readFetchResponse(cursor, number);
      return name === "UIDFETCH" ? readUidFetchResponse(cursor, number) : undefined;
    },
    () => undefined,
  );
}
