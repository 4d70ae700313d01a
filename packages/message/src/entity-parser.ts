// One pass over the lines of a message: a stack of entities that are still open, and the delimiters that end them (RFC 2046 section 5.1.1).

import { fromLatin1 } from "@mailwire/wire";
import { CR, DASH, LF } from "./characters.ts";
import { contentOfHeader, PLAIN_TEXT, type Content } from "./content.ts";
import type { Entity, EntityFields } from "./entity.ts";
import { isBlankLine } from "./header.ts";
import type { MessageLimits } from "./limits.ts";
import type { MediaType } from "./parameter.ts";

/** A place between two bytes, and how many line ends stand before it. */
interface Place {
  readonly at: number;
  readonly lines: number;
}

/** What the header of an open entity said. */
interface Head {
  readonly content: Content;
  readonly kind: Entity["kind"];
  readonly bodyStart: Place;
}

/** An entity whose end is not found yet. */
interface OpenEntity {
  readonly parent: OpenEntity | undefined;
  readonly depth: number;
  readonly start: number;
  /** Its media type when its header names none. */
  readonly otherwise: MediaType;
  /** Undefined while in the header. */
  head: Head | undefined;
  /** What begins the lines between its parts, `--` included; undefined for all but multiparts, and in their epilogue. */
  delimiter: Uint8Array | undefined;
  /** Complete entities directly inside. */
  readonly inside: Entity[];
}

const MESSAGE_RFC822: MediaType = { type: "message", subtype: "rfc822", parameters: [] };
/** What stands for structure beyond the limits. */
const OPAQUE: MediaType = { type: "application", subtype: "octet-stream", parameters: [] };

/** Parses one message. */
export class EntityParser {
  readonly #raw: Uint8Array;
  readonly #limits: MessageLimits;
  #innermost: OpenEntity = open(undefined, 0, PLAIN_TEXT);
  #entities = 1;
  #lines = 0;

  constructor(raw: Uint8Array, limits: MessageLimits) {
    this.#raw = raw;
    this.#limits = limits;
  }

  /** The message as an entity. */
  parse(): Entity {
    const root = this.#innermost;
    for (let at = 0; at < this.#raw.length;) {
      const lf = this.#raw.indexOf(LF, at);
      const next = lf === -1 ? this.#raw.length : lf + 1;
      this.#line(at, next);
      if (lf !== -1) this.#lines += 1;
      at = next;
    }
    return this.#closeAll(root, { at: this.#raw.length, lines: this.#lines });
  }

  #line(at: number, next: number): void {
    const multipart = this.#raw[at] === DASH && this.#raw[at + 1] === DASH ? this.#delimitedBy(at, next) : undefined;
    if (multipart !== undefined) this.#delimiterLine(multipart, at, next);
    else if (this.#innermost.head === undefined && isBlankLine(this.#raw, at, next)) this.#endHeader({ at: next, lines: this.#lines + 1 });
  }

  /** The open multipart whose delimiter begins this line; of several the one with the longest, as one may be the start of another. */
  #delimitedBy(at: number, next: number): OpenEntity | undefined {
    let found: OpenEntity | undefined;
    for (let entity: OpenEntity | undefined = this.#innermost; entity !== undefined; entity = entity.parent) {
      const { delimiter } = entity;
      if (delimiter === undefined || delimiter.length > next - at || delimiter.length <= (found?.delimiter?.length ?? 0)) continue;
      if (delimiter.every((byte, index) => this.#raw[at + index] === byte)) found = entity;
    }
    return found;
  }

  // delimiter = CRLF "--" boundary, close-delimiter = delimiter "--"; what follows on the line is padding
  #delimiterLine(multipart: OpenEntity, at: number, next: number): void {
    const after = at + (multipart.delimiter?.length ?? 0);
    const closes = after + 1 < next && this.#raw[after] === DASH && this.#raw[after + 1] === DASH;
    if (!closes && this.#entities >= this.#limits.maxParts) return;
    this.#closeInside(multipart, this.#endBefore(at));
    if (closes) multipart.delimiter = undefined;
    else this.#begin(next, multipart.head?.content.mediaType.subtype.toLowerCase() === "digest" ? MESSAGE_RFC822 : PLAIN_TEXT);
  }

  /** Where an entity ends whose delimiter line starts at `at`: before the line end in front of it, unless that is its header's. */
  #endBefore(at: number): Place {
    const end = at - (this.#raw[at - 2] === CR ? 2 : 1);
    const { head, start } = this.#innermost;
    const least = head === undefined ? start : head.bodyStart.at;
    return end >= least ? { at: end, lines: this.#lines - 1 } : { at, lines: this.#lines };
  }

  #begin(start: number, otherwise: MediaType): void {
    this.#innermost = open(this.#innermost, start, otherwise);
    this.#entities += 1;
  }

  #endHeader(bodyStart: Place): Head {
    const entity = this.#innermost;
    const head = this.#headOf(entity, bodyStart);
    entity.head = head;
    if (head.kind === "multipart") entity.delimiter = fromLatin1(`--${boundaryOf(head.content)}`);
    if (head.kind === "message") this.#begin(bodyStart.at, PLAIN_TEXT);
    return head;
  }

  #headOf(entity: OpenEntity, bodyStart: Place): Head {
    const header = { start: entity.start, end: bodyStart.at };
    const content = contentOfHeader(this.#raw, header, entity.otherwise, this.#limits.maxFieldBytes);
    const kind = kindOf(content.mediaType);
    if (kind === "multipart" && boundaryOf(content) === "") {
      return { content: { ...content, mediaType: PLAIN_TEXT }, kind: "text", bodyStart };
    }
    if ((kind === "multipart" || kind === "message") && this.#isFull(entity)) {
      return { content: { ...content, mediaType: OPAQUE }, kind: "basic", bodyStart };
    }
    return { content, kind, bodyStart };
  }

  #isFull(entity: OpenEntity): boolean {
    return entity.depth >= this.#limits.maxDepth || this.#entities >= this.#limits.maxParts;
  }

  #closeAll(root: OpenEntity, end: Place): Entity {
    const head = root.head ?? this.#endHeader(end);
    this.#closeInside(root, end);
    return this.#closed(root, head, end);
  }

  /** Ends all entities that are open inside `outer`. */
  #closeInside(outer: OpenEntity, end: Place): void {
    while (this.#innermost !== outer && this.#innermost.parent !== undefined) {
      const { head, parent } = this.#innermost;
      if (head === undefined) {
        this.#endHeader(end); // cut off in its header; a message begins the one inside only now
      } else {
        parent.inside.push(this.#closed(this.#innermost, head, end));
        this.#innermost = parent;
      }
    }
  }

  #closed(entity: OpenEntity, head: Head, end: Place): Entity {
    const { bodyStart, content, kind } = head;
    const fields: EntityFields = {
      header: { start: entity.start, end: bodyStart.at },
      body: { start: bodyStart.at, end: end.at },
      lines: end.lines - bodyStart.lines,
      content,
    };
    const [first = this.#nothing(end.at), ...rest] = entity.inside;
    if (kind === "multipart") return { ...fields, kind, parts: [first, ...rest] };
    if (kind === "message") return { ...fields, kind, message: first };
    return { ...fields, kind };
  }

  /** The part of a multipart that has none: BODYSTRUCTURE knows no empty multipart. */
  #nothing(at: number): Entity {
    const nowhere = { start: at, end: at };
    const content = contentOfHeader(this.#raw, nowhere, PLAIN_TEXT, this.#limits.maxFieldBytes);
    return { kind: "text", header: nowhere, body: nowhere, lines: 0, content };
  }
}

function open(parent: OpenEntity | undefined, start: number, otherwise: MediaType): OpenEntity {
  return { parent, depth: (parent?.depth ?? 0) + 1, start, otherwise, head: undefined, delimiter: undefined, inside: [] };
}

function kindOf({ type, subtype }: MediaType): Entity["kind"] {
  switch (type.toLowerCase()) {
    case "multipart":
      return "multipart";
    case "message":
      return subtype.toLowerCase() === "rfc822" ? "message" : "basic";
    case "text":
      return "text";
    default:
      return "basic";
  }
}

// boundary = 0*69<bchars> bcharsnospace; longer ones are in use
function boundaryOf({ mediaType }: Content): string {
  return mediaType.parameters.find(({ name }) => name.toLowerCase() === "boundary")?.value ?? "";
}
