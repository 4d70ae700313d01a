// imapflow up to the message object its fetch() gives: parse + tools.formatMessageResponse
import { createRequire } from "node:module";
import { formatMessageResponse } from "imapflow/lib/tools.js";
import { readResponses } from "./imapflow.mjs";
import { treeDigest } from "../harness/flow.mjs";
const version = createRequire(import.meta.url)("imapflow/package.json").version;
const box = { path: "INBOX", uidValidity: 1n };
function parts(b, acc) {
  if (b.childNodes) for (const c of b.childNodes) parts(c, acc);
  else {
    acc.parts++;
    acc.octets += b.size;
  }
}
export default {
  name: "imapflow-message",
  kind: "peer",
  version,
  codec: {
    imapResponses: (chunks, onResponse) =>
      readResponses(chunks, async (r) => {
        if (r.attributes && r.attributes[0] && r.attributes[0].value === "FETCH") onResponse(await formatMessageResponse(r, box));
        else onResponse(r);
      }),
    imapDigest(kind, m, acc) {
      if (m.tag) return kind === "search" || kind === "esearch" ? treeDigest(kind, m, acc) : false;
      acc.n++;
      acc.uid += m.uid;
      if (kind === "flags") {
        acc.flags += m.flags.size;
        acc.size += m.size;
        acc.modseq += Number(m.modseq);
      } else if (kind === "envelopes") {
        acc.subject += m.envelope.subject.length;
        acc.to += m.envelope.to.length;
        parts(m.bodyStructure, acc);
      } else if (kind === "headers") acc.bytes += m.headers.length;
      else if (kind === "literal") acc.bytes += m.source.length;
      return true;
    },
  },
};
