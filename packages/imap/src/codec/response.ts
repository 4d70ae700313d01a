// All responses.

import type { CapabilityResponse } from "./responses/capability.ts";
import type { ContinuationResponse, TaggedResponse, UntaggedResponse } from "./responses/condition.ts";
import type { FetchResponse } from "./responses/fetch.ts";
import type { ListResponse } from "./responses/list.ts";
import type { CountResponse, ExpungeResponse, FlagsResponse } from "./responses/mailbox-state.ts";
import type { EsearchResponse } from "./responses/esearch.ts";
import type { SearchResponse } from "./responses/search.ts";
import type { StatusResponse } from "./responses/status.ts";
import type { AclResponse, ListRightsResponse, MyRightsResponse } from "./responses/acl.ts";
import type { EnabledResponse } from "./responses/enabled.ts";
import type { IdResponse } from "./responses/id.ts";
import type { MetadataResponse } from "./responses/metadata.ts";
import type { NamespaceResponse } from "./responses/namespace.ts";
import type { QuotaResponse, QuotaRootResponse } from "./responses/quota.ts";
import type { ThreadResponse } from "./responses/thread.ts";
import type { ConversionResponse, ConvertedResponse } from "./responses/convert.ts";
import type { JmapAccessResponse } from "./responses/jmap-access.ts";
import type { ComparatorResponse, LanguageResponse } from "./responses/language.ts";
import type { GenUrlAuthResponse, UrlFetchResponse } from "./responses/url-auth.ts";
import type { UidBatchesResponse } from "./responses/uid-batches.ts";
import type { UidFetchResponse } from "./responses/uid-fetch.ts";
import type { VanishedResponse } from "./responses/vanished.ts";

/** A response that no type names: an extension's, kept as it came. */
export interface UnknownResponse {
  readonly type: "unknown";
  /** The word that names it, in upper case. */
  readonly name: string;
  /** What follows `* `, literals included, without the line end. */
  readonly raw: Uint8Array;
}

/** A response that cannot be read, kept as it came; what follows it is unharmed. */
export interface InvalidResponse {
  readonly type: "invalid";
  /** Stable name of what is wrong. */
  readonly reason: string;
  /** All of it, literals included, without the line end. */
  readonly raw: Uint8Array;
}

/** What a server says. */
export type Response =
  | TaggedResponse
  | UntaggedResponse
  | ContinuationResponse
  | CapabilityResponse
  | ListResponse
  | StatusResponse
  | SearchResponse
  | EsearchResponse
  | FlagsResponse
  | CountResponse
  | ExpungeResponse
  | FetchResponse
  | UidFetchResponse
  | UidBatchesResponse
  | IdResponse
  | NamespaceResponse
  | EnabledResponse
  | QuotaResponse
  | QuotaRootResponse
  | ThreadResponse
  | VanishedResponse
  | AclResponse
  | ListRightsResponse
  | MyRightsResponse
  | MetadataResponse
  | LanguageResponse
  | ComparatorResponse
  | GenUrlAuthResponse
  | UrlFetchResponse
  | ConversionResponse
  | ConvertedResponse
  | JmapAccessResponse
  | UnknownResponse
  | InvalidResponse;
