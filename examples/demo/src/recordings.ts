// The recorded sessions of the protocol packages, and what each of them needs of a server before it can be typed again.

import { readdirSync, readFileSync } from "node:fs";
import { readSessionDocument, recordedExchanges, type SessionDocument } from "@mailwire/transcript";
import { latin1 } from "@mailwire/wire";

/** The protocols that sessions were recorded of. */
export type ProtocolName = "smtp" | "pop3" | "imap";

/** A recorded session. */
export interface Recording {
  readonly protocol: ProtocolName;
  readonly name: string;
  readonly document: SessionDocument;
  /** Inside TLS from the first byte. */
  readonly implicitTls: boolean;
}

/** All recorded sessions. */
export function recordings(): Recording[] {
  return (["smtp", "pop3", "imap"] as const).flatMap((protocol) => {
    const folder = new URL(`../../../packages/${protocol}/test/sessions/`, import.meta.url);
    const files = readdirSync(folder).filter((file) => file.endsWith(".md"));
    return files.sort().map((file) => ({
      protocol,
      name: file.replace(/\.md$/, ""),
      document: readSessionDocument(readFileSync(new URL(file, folder), "utf8")),
      implicitTls: file.includes("implicit-tls"),
    }));
  });
}

/** What the person who typed a recording found on the server. */
export interface Circumstances {
  /** Where the recipients live. */
  readonly domains: readonly string[];
  /** Who logs in, or is written to. */
  readonly users: readonly { readonly name: string; readonly password: string }[];
  /** How many messages were in the INBOX. */
  readonly messages: number;
}

/** Reads the circumstances out of the recording itself. */
export function circumstancesOf({ document }: Recording): Circumstances {
  const domains = new Set<string>();
  const passwords = new Map<string, string>();
  let messages = 0;
  let user = "";
  for (const { said, recorded } of recordedExchanges(document)) {
    const line = latin1(said).trimEnd();
    const [, recipient, domain] = /^rcpt to: *<?([^@>]+)@([^@>]+)>?$/i.exec(line) ?? [];
    const [, login, loginPassword] = /^\S+ login (\S+) (\S+)$/i.exec(line) ?? [];
    const [, pass] = /^pass (.+)$/i.exec(line) ?? [];
    user = /^user (.+)$/i.exec(line)?.[1] ?? user;
    if (domain !== undefined) domains.add(domain);
    if (recipient !== undefined) passwords.set(recipient, "unused");
    if (pass !== undefined) passwords.set(user, pass);
    if (login !== undefined && loginPassword !== undefined) passwords.set(login, loginPassword.replace(/^"(.*)"$/, "$1"));
    const count = /^\* (\d+) EXISTS/m.exec(recorded)?.[1] ?? /^\+OK (?:.* has )?(\d+)\b.*(?:messages|\d+$)/m.exec(recorded)?.[1];
    messages = Math.max(messages, Number(count ?? 0));
  }
  return { domains: [...domains], users: [...passwords].map(([name, password]) => ({ name, password })), messages };
}
