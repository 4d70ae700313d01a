// Running other people's programs: to the end, with input and a deadline, or as a server until told to stop.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** How a program ended and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; kills it after `timeoutMs`. */
export async function run(
  argv: readonly [string, ...string[]],
  options: {
    readonly input?: string;
    readonly timeoutMs?: number;
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd?: string;
    /** Who runs it; else who runs the tests. */
    readonly as?: { readonly uid: number; readonly gid: number };
  } = {},
): Promise<Ended> {
  const [command, ...args] = argv;
  const child = spawn(command, args, {
    env: { ...process.env, LC_ALL: "C", ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...options.as,
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("latin1").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("latin1").on("data", (text: string) => (stderr += text));
  // A program that has heard enough closes its input: that is no failure of ours.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  const timer = setTimeout(() => child.kill("SIGKILL"), options.timeoutMs ?? 30_000);
  const [code] = (await once(child, "close")) as [number | null];
  clearTimeout(timer);
  return { code, stdout, stderr };
}

/** Like {@link run}, but throws with all that was said when the program did not end with 0. */
export async function mustRun(...call: Parameters<typeof run>): Promise<Ended> {
  const ended = await run(...call);
  if (ended.code !== 0) throw new Error(`${call[0].join(" ")} ended with ${String(ended.code)}\n${ended.stdout}\n${ended.stderr}`);
  return ended;
}

/** Starts a program that puts itself into the background; its output goes nowhere, since the daemon would keep our pipes open. */
export async function launch(argv: readonly [string, ...string[]]): Promise<void> {
  const [command, ...args] = argv;
  const [code] = (await once(spawn(command, args, { stdio: "ignore" }), "exit")) as [number | null];
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${String(code)}`);
}

/** Waits until something listens on a loopback port. */
export async function listening(port: number, timeoutMs = 15_000): Promise<void> {
  for (const until = Date.now() + timeoutMs; ;) {
    const socket = connect(port, "127.0.0.1");
    try {
      await once(socket, "connect");
      return;
    } catch (error) {
      if (Date.now() > until) throw new Error(`nothing listens on port ${port}`, { cause: error });
      await sleep(100);
    } finally {
      socket.destroy();
    }
  }
}
