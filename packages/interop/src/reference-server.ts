// The reference server of examples/mail-server as a process of its own, as a stranger would run it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Certificate } from "./certificate.ts";

/** The ports of a running reference server; users alice/secret1 and bob/secret2 at example.test. */
export interface ReferenceServer {
  readonly ports: Readonly<Record<"smtp" | "submission" | "smtps" | "lmtp" | "pop3" | "pop3s" | "imap" | "imaps", number>>;
  /** Ends it with SIGTERM; gives its exit code. */
  stop(): Promise<number | null>;
}

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Starts it on free ports with `certificate`. */
export async function startReferenceServer(certificate: Certificate): Promise<ReferenceServer> {
  const services = ["smtp", "submission", "smtps", "lmtp", "pop3", "pop3s", "imap", "imaps"].flatMap((name) => [`--${name}`, "0"]);
  const users = ["--domain", "example.test", "--user", "alice:secret1", "--user", "bob:secret2"];
  const files = ["--cert", certificate.certFile, "--key", certificate.keyFile];
  const program = ["--conditions=@mailwire/source", "--import", "tsx", "examples/mail-server/src/main.ts"];
  const child = spawn(process.execPath, [...program, ...services, ...users, ...files], { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface(child.stdout);
  const [first] = (await once(lines, "line")) as [string];
  child.stdout.resume();
  return {
    ports: JSON.parse(first) as ReferenceServer["ports"],
    stop: async () => {
      child.kill("SIGTERM");
      const [code] = (await once(child, "exit")) as [number | null];
      return code;
    },
  };
}
