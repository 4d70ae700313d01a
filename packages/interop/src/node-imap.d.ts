// What we use of node-imap's parser, which has no types.

declare module "imap/lib/Parser.js" {
  import type { Readable } from "node:stream";

  /** Reads responses from a stream. */
  export class Parser {
    constructor(stream: Readable, debug: boolean);
    on(name: "untagged", listener: (response: { readonly type: string; readonly num?: number; readonly text: unknown }) => void): this;
    on(name: "tagged", listener: () => void): this;
  }

  /** The fields of a header, encoded words decoded. */
  export function parseHeader(text: string): Readonly<Record<string, readonly string[]>>;
}
