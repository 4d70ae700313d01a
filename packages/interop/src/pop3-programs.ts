// Programs that fetch mail by POP3, set up to put it into a Maildir as it came. They run as the owner of mail, since getmail refuses to be root.
// Debian: fetchmail, getmail6, mpop.

import { chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { OWNER } from "./dovecot.ts";
import { type Ended, run } from "./program.ts";

/** What a program is to do. */
export interface Fetching {
  /** Holds its files, and those of earlier runs by which it knows what it has. */
  readonly directory: string;
  readonly port: number;
  /** TLS after STLS, or from the first byte. */
  readonly tls: "STLS" | "implicit";
  readonly certFile: string;
  readonly user: string;
  readonly password: string;
  /** Whether fetched messages stay on the server. */
  readonly after: "keep" | "delete";
}

/** A program that fetches all mail that it has not fetched before into `<directory>/Maildir`. */
export type Fetch = (fetching: Fetching) => Promise<Ended>;

/** fetchmail, which hands each message to a shell. */
export const fetchmail: Fetch = async ({ directory, port, tls, certFile, user, password, after }) => {
  const maildir = await makeMaildir(directory);
  const lines = [
    "set invisible",
    "set no bouncemail",
    `poll localhost protocol POP3 service ${port} uidl timeout 20`,
    `  user ${user} password ${password} ${after === "keep" ? "keep" : "nokeep"} no rewrite`,
    `  ${tls === "implicit" ? "ssl" : "sslproto TLS1.2+"} sslcertck sslcertfile ${certFile}`,
    `  mda "cat > $(mktemp ${maildir}/new/XXXXXXXX)"`,
  ];
  const file = await configure(directory, lines);
  return run(["fetchmail", "--nosyslog", "-f", file, "-i", join(directory, "ids")], { env: { FETCHMAILHOME: directory }, as: OWNER });
};

/** getmail6, which has no STLS. */
export const getmail: Fetch = async ({ directory, port, certFile, user, password, after }) => {
  const maildir = await makeMaildir(directory);
  const lines = [
    "[retriever]",
    "type = SimplePOP3SSLRetriever",
    "server = localhost",
    `port = ${port}`,
    `ca_certs = ${certFile}`,
    `username = ${user}`,
    `password = ${password}`,
    "[destination]",
    "type = Maildir",
    `path = ${maildir}/`,
    "[options]",
    `delete = ${String(after === "delete")}`,
    "read_all = false",
    "received = false",
    "delivered_to = false",
  ];
  const file = await configure(directory, lines);
  return run(["getmail", "--getmaildir", directory, "--rcfile", file], { env: { HOME: directory }, as: OWNER });
};

/** mpop, which asks ahead where it may. */
export const mpop: Fetch = async ({ directory, port, tls, certFile, user, password, after }) => {
  const maildir = await makeMaildir(directory);
  const lines = [
    "account default",
    "host localhost",
    `port ${port}`,
    "tls on",
    `tls_starttls ${tls === "STLS" ? "on" : "off"}`,
    `tls_trust_file ${certFile}`,
    `user ${user}`,
    `password ${password}`,
    `keep ${after === "keep" ? "on" : "off"}`,
    "received_header off",
    `uidls_file ${join(directory, "uidls")}`,
    `delivery maildir ${maildir}`,
  ];
  return run(["mpop", "-C", await configure(directory, lines)], { env: { HOME: directory }, as: OWNER });
};

async function makeMaildir(directory: string): Promise<string> {
  const maildir = join(directory, "Maildir");
  for (const name of ["cur", "new", "tmp"]) await mkdir(join(maildir, name), { recursive: true });
  for (const path of [directory, maildir, ...["cur", "new", "tmp"].map((name) => join(maildir, name))]) {
    await chown(path, OWNER.uid, OWNER.gid);
  }
  return maildir;
}

/** Writes a configuration that only its owner may read, as a password is in it. */
async function configure(directory: string, lines: readonly string[]): Promise<string> {
  const file = join(directory, "configuration");
  await writeFile(file, lines.map((line) => `${line}\n`).join(""), { mode: 0o600 });
  await chown(file, OWNER.uid, OWNER.gid);
  return file;
}
