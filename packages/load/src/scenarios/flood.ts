// One address that comes and goes as fast as it can, while as many of its connections as may stay do so.

import { addressOf } from "../crowd.ts";
import type { Ports, Scenario } from "../scenario.ts";

const SERVICES = ["smtp", "pop3", "imap", "imaps"] as const satisfies readonly (keyof Ports)[];
/** So many are on their way at any time. */
const AT_ONCE = 50;

/** How long, and how many stay. */
export interface FloodOptions extends Pick<Scenario, "name" | "limits" | "maxGrowthBytes"> {
  readonly stayers: number;
  readonly ms: number;
}

/** Connections that leave as soon as they are turned away, and come again. */
export function flood({ stayers, ms, ...scenario }: FloodOptions): Scenario {
  return {
    ...scenario,
    served: "newcomers",
    play: async ({ ports, crowd }) => {
      const from = addressOf(0);
      await crowd.joinAll(Array.from({ length: stayers }, () => ({ port: ports.smtp, from })));
      const until = performance.now() + ms;
      const comeAndGo = async (_: unknown, index: number): Promise<void> => {
        const port = ports[SERVICES[index % SERVICES.length] ?? "smtp"];
        while (performance.now() < until) {
          const connection = crowd.join({ port, from });
          await connection.hears(/./, 1000);
          crowd.dismiss(connection);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, comeAndGo));
      const { served } = crowd.fates;
      return served === stayers ? [] : [`${served} have a place instead of ${stayers}`];
    },
  };
}
