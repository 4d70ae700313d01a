// Plays one scenario on a server of its own, and finds out who was served meanwhile and what it cost.

import { setTimeout as sleep } from "node:timers/promises";
import { startBystander } from "./bystander-process.ts";
import { observe, type Service } from "./bystander.ts";
import { Crowd, type Fates } from "./crowd.ts";
import { type Figures, Watch, figuresOf } from "./process-figures.ts";
import { MIB, type Scenario } from "./scenario.ts";
import { type ServerProcess, startServerProcess } from "./server-process.ts";

/** What came of a scenario. */
export interface Result {
  readonly scenario: Scenario;
  /** How the hostile connections were treated. */
  readonly fates: Fates;
  readonly before: Figures;
  readonly peak: Figures;
  /** Once the hostile connections have left. */
  readonly after: Figures;
  readonly service: Service;
  /** What went otherwise than it must; empty when all is well. */
  readonly complaints: readonly string[];
}

/** Everybody warms up with as many rounds of conversations: what is loaded or compiled then is no growth. */
const WARM_UP_MS = 1500;
/** Descriptors that have not come back by then have not come back: an SMTP session that answers errors late takes half a minute to its end. */
const RETURN_MS = 45_000;
/** Those who behave leave a connection that ends, or a timer. */
const STRAY_DESCRIPTORS = 2;

/** Plays it. */
export async function runScenario(scenario: Scenario): Promise<Result> {
  const server = await startServerProcess(scenario.limits);
  try {
    const { ports } = server;
    await observe(ports, "newcomers", AbortSignal.timeout(WARM_UP_MS), () => undefined);
    await sleep(300);
    const played = await play(scenario, server);
    const code = await server.stop();
    return code === 0 ? played : { ...played, complaints: [...played.complaints, "the server did not end well"] };
  } finally {
    await server.stop();
  }
}

async function play(scenario: Scenario, { pid, ports }: ServerProcess): Promise<Result> {
  const before = figuresOf(pid);
  const bystander = await startBystander(ports, scenario.served);
  const watch = new Watch(pid);
  const crowd = new Crowd();
  try {
    const complaints = await scenario.play({ ports, crowd });
    const service = await bystander.stop();
    const { fates } = crowd;
    crowd.disperse();
    const after = await settled(pid, before.descriptors + STRAY_DESCRIPTORS);
    const result = { scenario, fates, before, peak: watch.peak, after, service };
    return { ...result, complaints: [...complaints, ...complaintsAbout(result)] };
  } finally {
    watch.end();
    bystander.kill();
    crowd.disperse();
  }
}

/** The figures once the descriptors have come back, or as they are when that takes too long. */
async function settled(pid: number, descriptors: number): Promise<Figures> {
  const until = performance.now() + RETURN_MS;
  for (;;) {
    const now = figuresOf(pid);
    if (now.descriptors <= descriptors || performance.now() > until) return now;
    await sleep(100);
  }
}

function complaintsAbout({ scenario: { maxGrowthBytes }, before, peak, after, service }: Omit<Result, "complaints">): string[] {
  const complaints = service.failures.slice(0, 3).map((failure) => `not served: ${failure}`);
  if (service.served === 0) complaints.push("nobody was served");
  if (after.descriptors > before.descriptors + STRAY_DESCRIPTORS)
    complaints.push(`${after.descriptors - before.descriptors} descriptors did not come back`);
  const growth = peak.rssBytes - before.rssBytes;
  if (growth > maxGrowthBytes) complaints.push(`it grew by ${Math.round(growth / MIB)} MiB; ${maxGrowthBytes / MIB} MiB are allowed`);
  return complaints;
}
