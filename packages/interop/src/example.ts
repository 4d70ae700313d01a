// A program of examples/ as a process of its own, as a stranger would run it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A program that serves. */
export interface RunningExample {
  /** What its first line says: ports (or paths) by service. */
  readonly ports: Readonly<Partial<Record<string, number>>>;
  readonly pid: number;
  /** The lines behind the first one, so far. */
  readonly lines: readonly string[];
  /** Ends it with SIGTERM; gives its exit code. */
  stop(): Promise<number | null>;
}

/** The folder in which programs are to be run. */
export const ROOT: string = fileURLToPath(new URL("../../../", import.meta.url));

/** The command that runs the program `name`; for {@link startExample} and for `run`. */
export function exampleCommand(name: string): [string, ...string[]] {
  return [process.execPath, "--conditions=@mailwire/source", "--import", "tsx", `${ROOT}examples/${name}/src/main.ts`];
}

/** Starts the program `name`, and waits for its line of JSON. */
export async function startExample(name: string, args: readonly string[]): Promise<RunningExample> {
  const [command, ...program] = exampleCommand(name);
  const child = spawn(command, [...program, ...args], { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
  const exit = once(child, "exit") as Promise<[number | null]>;
  const lines: string[] = [];
  const reader = createInterface(child.stdout).on("line", (line) => lines.push(line));
  await Promise.race([once(reader, "line"), exit]);
  const first = lines.shift();
  if (first === undefined || child.pid === undefined) throw new Error(`${name} did not start`);
  return {
    ports: JSON.parse(first) as RunningExample["ports"],
    pid: child.pid,
    lines,
    stop: async () => {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
      const [code] = await exit;
      clearTimeout(timer);
      return code;
    },
  };
}
