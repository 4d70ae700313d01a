// SELECT and EXAMINE: what a mailbox is like, and how it changes from then on (RFC 3501 sections 6.3.1, 7.3).

import type { SelectCommand } from "../../codec/commands/select.ts";
import type { Flag } from "../../codec/flag.ts";
import type { MailboxName } from "../../codec/mailbox-name.ts";
import type { ResponseCode } from "../../codec/response-code.ts";
import type { UntaggedData } from "../../session/untagged-data.ts";
import type { Operation } from "../operation.ts";

/** The selected mailbox. `exists`, `recent` and the flags follow what the server tells. */
export class SelectedMailbox {
  /** Its name. */
  readonly name: MailboxName;
  #exists = 0;
  #recent = 0;
  #flags: readonly Flag[] = [];
  #permanentFlags: readonly Flag[] | undefined;
  #access: "read-write" | "read-only";
  #uidValidity: number | undefined;
  #uidNext: number | undefined;
  #firstUnseen: number | undefined;

  constructor(name: MailboxName, access: "read-write" | "read-only") {
    this.name = name;
    this.#access = access;
  }

  /** Messages in it. */
  get exists(): number {
    return this.#exists;
  }

  /** Messages with \Recent. */
  get recent(): number {
    return this.#recent;
  }

  /** Flags that are defined. */
  get flags(): readonly Flag[] {
    return this.#flags;
  }

  /** Flags that stay when changed; without word from the server, all flags (RFC 3501 section 6.3.1). */
  get permanentFlags(): readonly Flag[] {
    return this.#permanentFlags ?? this.#flags;
  }

  /** What the server granted. */
  get access(): "read-write" | "read-only" {
    return this.#access;
  }

  /** The validity of its UIDs; `undefined` when the server did not say. */
  get uidValidity(): number | undefined {
    return this.#uidValidity;
  }

  /** The UID that the next message will get, as told last. */
  get uidNext(): number | undefined {
    return this.#uidNext;
  }

  /** Sequence number of the first message without \Seen, as told at the opening; `undefined` when the server did not say. */
  get firstUnseen(): number | undefined {
    return this.#firstUnseen;
  }

  /** Takes what the server says about it; true when it is that. */
  update(response: UntaggedData): boolean {
    switch (response.type) {
      case "EXISTS":
        this.#exists = response.count;
        return true;
      case "RECENT":
        this.#recent = response.count;
        return true;
      case "EXPUNGE":
        this.#exists = Math.max(0, this.#exists - 1);
        return true;
      case "FLAGS":
        this.#flags = response.flags;
        return true;
      case "untagged":
        return this.updateCode(response.code);
      default:
        return false;
    }
  }

  /** Takes a response code; true when it is about the mailbox. */
  updateCode(code: ResponseCode | null): boolean {
    switch (code?.type) {
      case "UIDVALIDITY":
        this.#uidValidity = code.value;
        return true;
      case "UIDNEXT":
        this.#uidNext = code.value;
        return true;
      case "UNSEEN":
        this.#firstUnseen = code.value;
        return true;
      case "PERMANENTFLAGS":
        this.#permanentFlags = code.flags;
        return true;
      case "READ-ONLY":
      case "READ-WRITE":
        this.#access = code.type === "READ-ONLY" ? "read-only" : "read-write";
        return true;
      default:
        return false;
    }
  }
}

/** Opens a mailbox; `opened` is told as soon as it is, before anything that comes after. */
export function select(
  name: SelectCommand["name"],
  mailbox: MailboxName,
  opened: (mailbox: SelectedMailbox) => void,
): Operation<SelectedMailbox> {
  const selected = new SelectedMailbox(mailbox, name === "SELECT" ? "read-write" : "read-only");
  return {
    command: { name, mailbox },
    collect: (response) => selected.update(response),
    result: (response) => {
      selected.updateCode(response.code);
      opened(selected);
      return selected;
    },
  };
}
