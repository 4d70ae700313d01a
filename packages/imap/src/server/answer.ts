// Which function answers which command: adding a command is a function and a line here.

import type { ServerEvent } from "../session/server-events.ts";
import type { Conversation } from "./conversation.ts";
import { fetch } from "./fetch-command.ts";
import { idle } from "./idle-command.ts";
import { change, create, list, rename, select, status } from "./mailbox-commands.ts";
import { close, copy, expunge, store } from "./message-commands.ts";
import type { Completion } from "./options.ts";
import { search } from "./search-command.ts";
import { authenticate, capabilitiesOf, logIn } from "./session-commands.ts";

/** What the session leaves to be answered. */
type Answerable = Extract<ServerEvent, { readonly type: "command" }>["command"];

/** Does what a command asks for; `undefined` when it has been answered already. Throws an `ImapRefusal` for NO. */
export function answer(conversation: Conversation, command: Answerable): Promise<Completion | undefined> | Completion {
  switch (command.name) {
    case "CAPABILITY":
      conversation.tell({ type: "CAPABILITY", capabilities: capabilitiesOf(conversation) });
      return completed(command);
    case "NOOP":
    case "CHECK":
    // The mailbox is let go once this is answered (RFC 3691).
    case "UNSELECT":
      return completed(command);
    case "LOGOUT":
      conversation.tell({ type: "untagged", status: "BYE", code: null, text: "Logging out" });
      return completed(command);
    case "STARTTLS":
      return conversation.upgradable
        ? { status: "OK", text: "Begin TLS negotiation now" }
        : { status: "BAD", text: "There is no TLS here" };
    case "LOGIN":
      return logIn(conversation, command);
    case "AUTHENTICATE":
      return authenticate(conversation, command);
    case "SELECT":
      return select(conversation, command, "read-write");
    case "EXAMINE":
      return select(conversation, command, "read-only");
    case "CREATE":
      return create(conversation, command);
    case "DELETE":
    case "SUBSCRIBE":
    case "UNSUBSCRIBE":
      return change(conversation, command.name, command.mailbox);
    case "RENAME":
      return rename(conversation, command);
    case "LIST":
    case "LSUB":
      return "pattern" in command ? list(conversation, command.name, command) : { status: "BAD", text: "LIST has no options here" };
    case "STATUS":
      return status(conversation, command);
    case "IDLE":
      return idle(conversation);
    case "CLOSE":
      return close(conversation);
    case "EXPUNGE":
      return expunge(conversation);
    case "SEARCH":
    case "UID SEARCH":
      return search(conversation, command);
    case "FETCH":
    case "UID FETCH":
      return fetch(conversation, command);
    case "STORE":
    case "UID STORE":
      return "flags" in command ? store(conversation, command) : { status: "BAD", text: "Only flags can be stored here" };
    case "COPY":
    case "UID COPY":
      return copy(conversation, command);
    default:
      return { status: "BAD", text: "Unknown command" };
  }
}

function completed({ name }: Answerable): Completion {
  return { status: "OK", text: `${name} completed` };
}
