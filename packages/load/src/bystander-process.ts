// Those who behave, in a process of their own, so that they wait for the server only, not for those who misbehave.

import { fork } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { observe, type Service } from "./bystander.ts";
import type { Ports, Scenario } from "./scenario.ts";

/** Somebody who behaves, at work. */
export interface BystanderProcess {
  /** Ends it after its current round; resolves to how it was served. */
  stop(): Promise<Service>;
  /** Ends it at once. */
  kill(): void;
}

/** Starts one; resolves once it begins. */
export async function startBystander(ports: Ports, who: Scenario["served"]): Promise<BystanderProcess> {
  const child = fork(import.meta.filename, [JSON.stringify(ports), who]);
  const exited = once(child, "exit");
  const [first] = (await Promise.race([once(child, "message"), exited])) as unknown[];
  if (first !== "ready") throw new Error("those who behave could not begin");
  return {
    stop: async () => {
      const answer = once(child, "message") as Promise<[Service]>;
      child.send("stop");
      const [service] = await answer;
      await exited;
      return service;
    },
    kill: () => void child.kill(),
  };
}

/** What the child does. */
async function main([ports, who]: readonly string[]): Promise<void> {
  const done = new AbortController();
  process.once("message", () => done.abort());
  const service = await observe(JSON.parse(ports ?? "") as Ports, who === "residents" ? who : "newcomers", done.signal, () => {
    process.send?.("ready");
  });
  process.send?.(service, () => process.exit(0));
}

if (process.argv[1] === import.meta.filename) await main(process.argv.slice(2));
