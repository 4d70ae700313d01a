// What a server may say at any time.

import type { Response } from "../codec/response.ts";

/** Untagged responses. */
export type UntaggedData = Exclude<Response, { readonly type: "tagged" | "continuation" }>;

/** True for untagged responses. */
export function isUntagged(response: Response): response is UntaggedData {
  return response.type !== "tagged" && response.type !== "continuation";
}
