// The reference server as a process of its own, as anybody would start it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { ACCOUNTS, DOMAIN, type Ports, type Scenario } from "./scenario.ts";

/** The reference server at work. */
export interface ServerProcess {
  readonly pid: number;
  readonly ports: Ports;
  /** Asks it to end (SIGTERM); resolves to its exit code. */
  stop(): Promise<number | null>;
}

const ROOT = resolve(import.meta.dirname, "../../..");

/** The flags of the server: its defaults, accounts, and logins in clear, so that those who misbehave can log in too. */
function flags(limits: Scenario["limits"]): string[] {
  const services = ["smtp", "pop3", "imap", "imaps"].flatMap((name) => [`--${name}`, "0"]);
  const users = Object.values(ACCOUNTS).flatMap(({ name, password }) => ["--user", `${name}:${password}`]);
  const quotas = [
    ...(limits?.maxConnections === undefined ? [] : ["--max-connections", String(limits.maxConnections)]),
    ...(limits?.maxConnectionsPerAddress === undefined ? [] : ["--max-connections-per-address", String(limits.maxConnectionsPerAddress)]),
  ];
  return [...services, ...users, ...quotas, "--domain", DOMAIN, "--allow-plaintext-auth"];
}

/** Starts it; resolves once it listens. Its log is read and thrown away. */
export async function startServerProcess(limits: Scenario["limits"]): Promise<ServerProcess> {
  const node = ["--conditions=@mailwire/source", "--import", "tsx", "examples/mail-server/src/main.ts"];
  const child = spawn(process.execPath, [...node, ...flags(limits)], { cwd: ROOT, stdio: ["ignore", "pipe", "ignore"] });
  const exited = once(child, "exit") as Promise<[number | null]>;
  const lines = createInterface({ input: child.stdout });
  const [first] = (await Promise.race([once(lines, "line"), exited])) as [string | number | null];
  if (typeof first !== "string" || child.pid === undefined) throw new Error("the server did not start");
  lines.close();
  child.stdout.resume();
  return {
    pid: child.pid,
    ports: JSON.parse(first) as Ports,
    stop: async () => {
      child.kill("SIGTERM");
      const [code] = await exited;
      return code;
    },
  };
}
