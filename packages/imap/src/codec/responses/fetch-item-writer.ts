// Writing the items of a FETCH response (RFC 3501 section 7.4.2).

import { writeBodyStructure } from "../body-structure-writer.ts";
import { formatDateTime } from "../date-time.ts";
import { writeEnvelope } from "../envelope.ts";
import { writeSection } from "../section.ts";
import type { Writer } from "../writer.ts";
import { writeExtensionItem } from "./fetch-extensions.ts";
import type { FetchItem } from "./fetch-item.ts";

/** One item, its name and its value. */
export function writeFetchItem(writer: Writer, item: FetchItem): void {
  switch (item.type) {
    case "UID":
      writer.raw("UID ").number(item.uid);
      break;
    case "FLAGS":
      writer.raw("FLAGS ").list(item.flags, (flag) => writer.flag(flag));
      break;
    case "INTERNALDATE":
      writer.raw(`INTERNALDATE ${formatDateTime(item.date)}`);
      break;
    case "RFC822.SIZE":
      writer.raw("RFC822.SIZE ").number(item.octets, Number.MAX_SAFE_INTEGER);
      break;
    case "MODSEQ":
      writer.raw("MODSEQ (").number63(item.modSeq).raw(")");
      break;
    case "ENVELOPE":
      writeEnvelope(writer.raw("ENVELOPE "), item.envelope);
      break;
    case "BODY":
    case "BODYSTRUCTURE":
      writeBodyStructure(writer.raw(`${item.type} `), item.structure);
      break;
    case "BODY[]":
      writeSection(writer.raw("BODY"), item.section);
      if (item.origin !== null) writer.raw("<").number(item.origin).raw(">");
      writer.raw(" ").data(item.data);
      break;
    case "BINARY[]":
      writeSection(writer.raw("BINARY"), { part: item.part, text: "", fields: [] });
      if (item.origin !== null) writer.raw("<").number(item.origin).raw(">");
      writer.raw(item.data === null ? " " : " ~").data(item.data);
      break;
    case "BINARY.SIZE[]":
      writeSection(writer.raw("BINARY.SIZE"), { part: item.part, text: "", fields: [] });
      writer.raw(" ").number(item.octets, Number.MAX_SAFE_INTEGER);
      break;
    case "RFC822":
    case "RFC822.HEADER":
    case "RFC822.TEXT":
      writer.raw(`${item.type} `).data(item.data);
      break;
    case "unknown":
    case "invalid":
      writer.raw(`${item.name} `).verbatim(item.raw);
      break;
    default:
      writeExtensionItem(writer, item);
  }
}
