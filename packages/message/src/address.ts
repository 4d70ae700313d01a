// Address fields as lists of address structures (RFC 5322 sections 3.4 and 4.4, RFC 3501 section 7.4.2). Nothing is refused.

import { addressTokens, type AddressToken } from "./address-token.ts";

/** One address. A group starts with an address of null host and ends with one of null mailbox and null host. */
export interface Address {
  /** The display name, encoded words as they are. */
  readonly name: string | null;
  /** The source route (addr-adl). */
  readonly route: string | null;
  /** The local part without quotes; the group's name when `host` is null; null at the end of a group. */
  readonly mailbox: string | null;
  /** The domain, empty where the field gives none; null inside group marks. */
  readonly host: string | null;
}

const GROUP_END: Address = { name: null, route: null, mailbox: null, host: null };

/**
 * Reads the unfolded value of an address field.
 *
 * Tolerated: comments anywhere (one beside a nameless address becomes its name), source routes, empty list members, missing angle
 * brackets and group ends, `;` for `,`, and text that is no address at all (a mailbox with an empty host).
 */
export function parseAddressList(text: string): readonly Address[] {
  return new AddressListParser(addressTokens(text)).parse();
}

type AddrSpec = Pick<Address, "route" | "mailbox" | "host">;

// address-list = ["," *] address *("," [address])
// address      = mailbox / group
// group        = display-name ":" [mailbox-list / CFWS] ";"
// mailbox      = [display-name] angle-addr / addr-spec
class AddressListParser {
  readonly #tokens: readonly AddressToken[];
  readonly #list: Address[] = [];
  #at = 0;
  #words: AddressToken[] = [];
  #comment: string | null = null;
  #place: "list" | "group" = "list";

  constructor(tokens: readonly AddressToken[]) {
    this.#tokens = tokens;
  }

  parse(): readonly Address[] {
    for (let token = this.#next(); token !== undefined; token = this.#next()) this.#take(token);
    this.#endMember();
    this.#endGroup();
    return this.#list;
  }

  #next(): AddressToken | undefined {
    return this.#tokens[this.#at++];
  }

  #take(token: AddressToken): void {
    switch (token.type) {
      case ",":
        this.#endMember();
        break;
      case ";":
        this.#endMember();
        this.#endGroup();
        break;
      case ":":
        this.#beginGroup();
        break;
      case "<":
        this.#angleAddress();
        break;
      case "comment":
        this.#comment ??= token.text;
        break;
      case ">":
        break;
      case "word":
      case ".":
      case "@":
        this.#words.push(token);
    }
  }

  #beginGroup(): void {
    if (this.#place === "group") return;
    this.#list.push({ name: null, route: null, mailbox: phrase(this.#words) ?? "", host: null });
    this.#place = "group";
    this.#forget();
  }

  #endGroup(): void {
    if (this.#place === "group") this.#list.push(GROUP_END);
    this.#place = "list";
  }

  #endMember(): void {
    if (this.#words.length > 0) this.#list.push(bareAddress(this.#words, this.#comment));
    this.#forget();
  }

  #forget(): void {
    this.#words = [];
    this.#comment = null;
  }

  // angle-addr = "<" [obs-route] addr-spec ">"; what follows until the next member is ignored but for a comment
  #angleAddress(): void {
    const spec = this.#addrSpec();
    for (let after = this.#tokens[this.#at]; after !== undefined && !isSeparator(after); after = this.#tokens[this.#at]) {
      if (after.type === "comment") this.#comment ??= after.text;
      this.#at += 1;
    }
    this.#list.push({ name: phrase(this.#words) ?? this.#comment, ...spec });
    this.#forget();
  }

  // obs-route = "@" domain *("," "@" domain) ":"
  #addrSpec(): AddrSpec {
    let route: string | null = null;
    let content: AddressToken[] = [];
    for (let token = this.#next(); token !== undefined && token.type !== ">"; token = this.#next()) {
      if (isSeparator(token) && content[0]?.type !== "@") {
        this.#at -= 1;
        break;
      }
      if (token.type === ":" && content[0]?.type === "@") {
        route = addressText(content);
        content = [];
      } else if (token.type !== "comment" && token.type !== "<") content.push(token);
    }
    const at = lastAt(content);
    if (at === -1) return { route, mailbox: addressText(content), host: "" };
    return { route, mailbox: addressText(content.slice(0, at)), host: addressText(content.slice(at + 1)) };
  }
}

// addr-spec = local-part "@" domain; words before it are a display name whose brackets were forgotten
function bareAddress(words: readonly AddressToken[], comment: string | null): Address {
  const at = lastAt(words);
  if (at === -1) return { name: comment, route: null, mailbox: phrase(words), host: "" };
  let start = at;
  while (start > 0 && (start === at || isJoined(words, start))) start -= 1;
  let end = at + 1;
  while (end < words.length && (end === at + 1 || isJoined(words, end))) end += 1;
  return {
    name: phrase(words.slice(0, start)) ?? comment,
    route: null,
    mailbox: addressText(words.slice(start, at)),
    host: addressText(words.slice(at + 1, end)),
  };
}

/** Where the last "@" is, or -1. */
function lastAt(tokens: readonly AddressToken[]): number {
  return tokens.map(({ type }) => type).lastIndexOf("@");
}

/** True when the word at `index` belongs to the same local part or domain as the one before it. */
function isJoined(words: readonly AddressToken[], index: number): boolean {
  const word = words[index];
  return word?.spaced === false || word?.type === "." || words[index - 1]?.type === ".";
}

function isSeparator(token: AddressToken): boolean {
  return token.type === "," || token.type === ";";
}

/** Words as a display name: white space of any length becomes one space. Null for none. */
function phrase(words: readonly AddressToken[]): string | null {
  const text = words.map((word, index) => (word.spaced && index > 0 ? ` ${word.text}` : word.text)).join("");
  return text === "" ? null : text;
}

/** Words as a local part or domain: the white space of obsolete syntax goes, but for that between two words. */
function addressText(words: readonly AddressToken[]): string {
  return words
    .map((word, index) => (word.spaced && word.type === "word" && words[index - 1]?.type === "word" ? ` ${word.text}` : word.text))
    .join("");
}
