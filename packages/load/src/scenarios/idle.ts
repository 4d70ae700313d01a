// Connections that say nothing, from few addresses or many, up to the quotas and far beyond.

import { addressOf } from "../crowd.ts";
import type { Ports, Scenario } from "../scenario.ts";

/** How many, and how they are treated. */
export interface IdleOptions extends Pick<Scenario, "name" | "limits" | "served" | "maxGrowthBytes"> {
  readonly connections: number;
  /** They come from so many addresses, in turn. */
  readonly addresses: number;
  /** So many have a place; all others are turned away. */
  readonly places: number;
}

const SERVICES = ["smtp", "pop3", "imap"] as const satisfies readonly (keyof Ports)[];

/** So many connections that say nothing and never leave. */
export function idle({ connections, addresses, places, ...scenario }: IdleOptions): Scenario {
  return {
    ...scenario,
    play: async ({ ports, crowd }) => {
      const diallings = Array.from({ length: connections }, (_, index) => ({
        port: ports[SERVICES[index % SERVICES.length] ?? "smtp"],
        from: addressOf(Math.floor(index / SERVICES.length) % addresses),
      }));
      await crowd.joinAll(diallings);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const { served, unheard } = crowd.fates;
      return [
        ...(served === places ? [] : [`${served} have a place instead of ${places}`]),
        ...(unheard === 0 ? [] : [`${unheard} were told nothing`]),
      ];
    },
  };
}
