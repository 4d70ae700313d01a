// What Python's imaplib makes of a mailbox, and what our values say of it, in the same words.

import type { FetchItem, Response } from "@mailwire/imap/codec";
import { latin1 } from "@mailwire/wire";
import { commandOf, type ImapDialogue } from "./imap-dialogue.ts";
import { mustRun } from "./program.ts";

/** A mailbox and what is in it. Flags in the order in which they came. */
export interface MailboxFacts {
  readonly capabilities: readonly string[];
  readonly exists: number;
  readonly uidValidity: number;
  readonly uidNext: number;
  readonly flags: readonly string[];
  readonly list: readonly (readonly [attributes: string, delimiter: string, name: string])[];
  readonly status: Readonly<Record<string, number>>;
  readonly search: readonly number[];
  readonly uidSearch: readonly number[];
  readonly sort: readonly number[];
  readonly messages: readonly MessageFacts[];
}

/** A message; its date in seconds since 1970, its bytes as latin1. */
interface MessageFacts {
  readonly number: number;
  readonly uid: number;
  readonly flags: readonly string[];
  readonly date: number;
  readonly size: number;
  readonly body: string;
}

/** Asks by imaplib, as alice. */
export async function askImaplib(port: number, mailbox: string): Promise<MailboxFacts> {
  const { stdout } = await mustRun(["python3", "-", String(port), mailbox], { input: PYTHON });
  return JSON.parse(stdout) as MailboxFacts;
}

const PYTHON = String.raw`
import imaplib, json, re, sys, time
imap = imaplib.IMAP4("127.0.0.1", int(sys.argv[1]))
box = sys.argv[2]
imap.login("alice", "secret1")
numbers = lambda data: [int(number) for number in data[0].split()]
text = lambda data: data.decode("latin1")
facts = {"capabilities": text(imap.capability()[1][0]).split()}
listed = [re.fullmatch(r'\((.*?)\) "(.*)" (.*)', text(line)) for line in imap.list()[1]]
facts["list"] = [[match[1], match[2], re.sub(r"\\(.)", r"\1", match[3].strip('"'))] for match in listed]
status = re.search(r"\((.*)\)", text(imap.status(box, "(MESSAGES UIDNEXT UNSEEN)")[1][0]))[1].split()
facts["status"] = {name: int(value) for name, value in zip(status[::2], status[1::2])}
facts["exists"] = int(imap.select(box, readonly=True)[1][0])
facts["uidValidity"] = int(imap.response("UIDVALIDITY")[1][0])
facts["uidNext"] = int(imap.response("UIDNEXT")[1][0])
facts["flags"] = [text(flag) for flag in imaplib.ParseFlags(b"FLAGS " + imap.response("FLAGS")[1][0])]
facts["search"] = numbers(imap.search(None, "SEEN")[1])
facts["uidSearch"] = numbers(imap.uid("SEARCH", "UNSEEN", "LARGER", "100")[1])
facts["sort"] = numbers(imap.sort("(REVERSE SIZE)", "UTF-8", "ALL")[1])
messages = []
for item in imap.fetch("1:*", "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])")[1]:
    if not isinstance(item, tuple):
        continue
    head, body = item
    messages.append({
        "number": int(head.split()[0]),
        "uid": int(re.search(rb"UID (\d+)", head)[1]),
        "flags": [text(flag) for flag in imaplib.ParseFlags(head)],
        "date": int(time.mktime(imaplib.Internaldate2tuple(head))),
        "size": int(re.search(rb"RFC822.SIZE (\d+)", head)[1]),
        "body": text(body),
    })
facts["messages"] = messages
imap.logout()
print(json.dumps(facts))
`;

/** Asks the same by a connection of ours, which is logged in. */
export async function askByValues(dialogue: ImapDialogue, mailbox: string): Promise<MailboxFacts> {
  const ask = async (text: string): Promise<readonly Response[]> =>
    (await dialogue.say(commandOf(text))).responses.map(({ response }) => response);
  const numbers = (found: readonly Response[]): readonly number[] =>
    found.flatMap((response) => (response.type === "SEARCH" || response.type === "SORT" ? response.numbers : []));
  const capability = await ask("CAPABILITY");
  const list = await ask('LIST "" *');
  const status = await ask(`STATUS ${mailbox} (MESSAGES UIDNEXT UNSEEN)`);
  const selected = await ask(`EXAMINE ${mailbox}`);
  const only = (values: readonly number[]): number => (values.length === 1 ? (values[0] ?? NaN) : NaN);
  const code = (name: "UIDVALIDITY" | "UIDNEXT"): number =>
    only(selected.flatMap((response) => (response.type === "untagged" && response.code?.type === name ? [response.code.value] : [])));
  return {
    capabilities: capability.flatMap((response) => (response.type === "CAPABILITY" ? response.capabilities : [])),
    exists: only(selected.flatMap((response) => (response.type === "EXISTS" ? [response.count] : []))),
    uidValidity: code("UIDVALIDITY"),
    uidNext: code("UIDNEXT"),
    flags: selected.flatMap((response) => (response.type === "FLAGS" ? response.flags : [])),
    list: list.flatMap((response) =>
      response.type === "LIST" ? [[response.attributes.join(" "), response.delimiter ?? "", response.mailbox.raw] as const] : [],
    ),
    status: Object.fromEntries(
      status
        .flatMap((response) => (response.type === "STATUS" ? response.items : []))
        .flatMap((item) => ("value" in item ? [[item.type, Number(item.value)] as const] : [])),
    ),
    search: numbers(await ask("SEARCH SEEN")),
    uidSearch: numbers(await ask("UID SEARCH UNSEEN LARGER 100")),
    sort: numbers(await ask("SORT (REVERSE SIZE) UTF-8 ALL")),
    messages: (await ask("FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])")).flatMap((response) =>
      response.type === "FETCH" ? [message(response.sequenceNumber, response.items)] : [],
    ),
  };
}

function message(number: number, items: readonly FetchItem[]): MessageFacts {
  const item = <Type extends FetchItem["type"]>(type: Type): Extract<FetchItem, { readonly type: Type }> => {
    const found = items.find((one): one is Extract<FetchItem, { readonly type: Type }> => one.type === type);
    if (found === undefined) throw new Error(`message ${number} has no ${type}`);
    return found;
  };
  const { year, month, day, hour, minute, second, zoneMinutes } = item("INTERNALDATE").date;
  const { data } = item("BODY[]");
  return {
    number,
    uid: item("UID").uid,
    flags: item("FLAGS").flags,
    date: Date.UTC(year, month - 1, day, hour, minute - zoneMinutes, second) / 1000,
    size: item("RFC822.SIZE").octets,
    body: data instanceof Uint8Array ? latin1(data) : "",
  };
}
