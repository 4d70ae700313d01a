// The registry of responses: a line for each name. Status responses and `+` begin in their own ways (responses/condition.ts).

import type { Cursor } from "./cursor.ts";
import type { Named, NumberedResponseGrammar, ResponseGrammar } from "./grammar.ts";
import type { Response } from "./response.ts";
import { aclResponse, listRightsResponse, myRightsResponse } from "./responses/acl.ts";
import { capabilityResponse } from "./responses/capability.ts";
import { conversionResponse, convertedResponse } from "./responses/convert.ts";
import { enabledResponse } from "./responses/enabled.ts";
import { fetchResponse } from "./responses/fetch.ts";
import { idResponse } from "./responses/id.ts";
import { jmapAccessResponse } from "./responses/jmap-access.ts";
import { comparatorResponse, languageResponse } from "./responses/language.ts";
import { listResponse } from "./responses/list.ts";
import { countResponse, expungeResponse, flagsResponse } from "./responses/mailbox-state.ts";
import { metadataResponse } from "./responses/metadata.ts";
import { namespaceResponse } from "./responses/namespace.ts";
import { quotaResponse, quotaRootResponse } from "./responses/quota.ts";
import { esearchResponse } from "./responses/esearch.ts";
import { searchResponse } from "./responses/search.ts";
import { statusResponse } from "./responses/status.ts";
import { threadResponse } from "./responses/thread.ts";
import { uidBatchesResponse } from "./responses/uid-batches.ts";
import { uidFetchResponse } from "./responses/uid-fetch.ts";
import { genUrlAuthResponse, urlFetchResponse } from "./responses/url-auth.ts";
import { vanishedResponse } from "./responses/vanished.ts";
import type { Writer } from "./writer.ts";

type NumberedName = "EXISTS" | "RECENT" | "EXPUNGE" | "FETCH" | "UIDFETCH" | "CONVERTED";
type Name = Exclude<Response["type"], NumberedName | "tagged" | "untagged" | "continuation" | "unknown" | "invalid">;

const GRAMMARS: { readonly [Type in Name]: ResponseGrammar<Named<Response, "type", Type>> } = {
  CAPABILITY: capabilityResponse,
  ID: idResponse,
  ENABLED: enabledResponse,
  NAMESPACE: namespaceResponse,
  LIST: listResponse,
  LSUB: listResponse,
  XLIST: listResponse,
  STATUS: statusResponse,
  FLAGS: flagsResponse,
  SEARCH: searchResponse,
  SORT: searchResponse,
  ESEARCH: esearchResponse,
  UIDBATCHES: uidBatchesResponse,
  THREAD: threadResponse,
  VANISHED: vanishedResponse,
  QUOTA: quotaResponse,
  QUOTAROOT: quotaRootResponse,
  ACL: aclResponse,
  LISTRIGHTS: listRightsResponse,
  MYRIGHTS: myRightsResponse,
  METADATA: metadataResponse,
  LANGUAGE: languageResponse,
  COMPARATOR: comparatorResponse,
  GENURLAUTH: genUrlAuthResponse,
  URLFETCH: urlFetchResponse,
  CONVERSION: conversionResponse,
  JMAPACCESS: jmapAccessResponse,
};

const NUMBERED_GRAMMARS: { readonly [Type in NumberedName]: NumberedResponseGrammar<Named<Response, "type", Type>> } = {
  EXISTS: countResponse,
  RECENT: countResponse,
  EXPUNGE: expungeResponse,
  FETCH: fetchResponse,
  UIDFETCH: uidFetchResponse,
  CONVERTED: convertedResponse,
};

const READERS = /* @__PURE__ */ readers();

function readers(): ReadonlyMap<string, (cursor: Cursor) => Response> {
  return new Map(
    (Object.keys(GRAMMARS) as Name[]).map((name) => {
      const grammar = grammarOf(name);
      return [name, (cursor: Cursor): Response => grammar.read(cursor, name)];
    }),
  );
}

const NUMBERED_READERS = /* @__PURE__ */ numberedReaders();

function numberedReaders(): ReadonlyMap<string, (cursor: Cursor, number: number) => Response> {
  return new Map(
    (Object.keys(NUMBERED_GRAMMARS) as NumberedName[]).map((name) => {
      const grammar = numberedGrammarOf(name);
      return [name, (cursor: Cursor, number: number): Response => grammar.read(cursor, number, name)];
    }),
  );
}

function grammarOf(name: Name): ResponseGrammar<Response> {
  return GRAMMARS[name];
}

function numberedGrammarOf(name: NumberedName): NumberedResponseGrammar<Response> {
  return NUMBERED_GRAMMARS[name];
}

/** Reads what follows `* ` and `name`, which is in upper case; `undefined` where no type has it. */
export function readKnownResponse(cursor: Cursor, name: string): Response | undefined {
  return READERS.get(name)?.(cursor);
}

/** Reads what follows `* `, `number` and `name`; `undefined` where no type has it. */
export function readNumberedResponse(cursor: Cursor, number: number, name: string): Response | undefined {
  return NUMBERED_READERS.get(name)?.(cursor, number);
}

/** Writes a response that is in the registry. */
export function writeKnownResponse(writer: Writer, response: Extract<Response, { readonly type: Name | NumberedName }>): void {
  if (isNumbered(response.type)) numberedGrammarOf(response.type).write(writer, response);
  else grammarOf(response.type).write(writer, response);
}

function isNumbered(name: Name | NumberedName): name is NumberedName {
  return Object.hasOwn(NUMBERED_GRAMMARS, name);
}
