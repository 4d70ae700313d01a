// The reference server of examples/mail-server as a process of its own, as a stranger would run it.

import type { Certificate } from "./certificate.ts";
import { startExample } from "./example.ts";

/** The ports of a running reference server; users alice/secret1 and bob/secret2 at example.test. */
export interface ReferenceServer {
  readonly ports: Readonly<Record<"smtp" | "submission" | "smtps" | "lmtp" | "pop3" | "pop3s" | "imap" | "imaps", number>>;
  /** Ends it with SIGTERM; gives its exit code. */
  stop(): Promise<number | null>;
}

/** Starts it on free ports with `certificate`. */
export async function startReferenceServer(certificate: Certificate): Promise<ReferenceServer> {
  const services = ["smtp", "submission", "smtps", "lmtp", "pop3", "pop3s", "imap", "imaps"].flatMap((name) => [`--${name}`, "0"]);
  const users = ["--domain", "example.test", "--user", "alice:secret1", "--user", "bob:secret2"];
  const files = ["--cert", certificate.certFile, "--key", certificate.keyFile];
  const server = await startExample("mail-server", [...services, ...users, ...files]);
  return { ports: server.ports as ReferenceServer["ports"], stop: () => server.stop() };
}
