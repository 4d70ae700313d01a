// All scenarios: as large as `pnpm load` plays them, and as small as the tests do.

import { MIB, type Scenario } from "./scenario.ts";
import { idle } from "./scenarios/idle.ts";

/** As large as they may become; the limits are the server's defaults (1000 connections, 50 from one address) unless a scenario has others. */
export const FULL_SIZE: readonly Scenario[] = [
  idle({
    name: "10,000 idle connections from 10 addresses",
    connections: 10_000,
    addresses: 10,
    places: 500,
    served: "newcomers",
    maxGrowthBytes: 100 * MIB,
  }),
  idle({
    name: "10,000 idle connections from 250 addresses",
    connections: 10_000,
    addresses: 250,
    places: 997,
    served: "residents",
    maxGrowthBytes: 100 * MIB,
  }),
  idle({
    name: "10,000 idle connections, all of them with a place",
    connections: 10_000,
    addresses: 10,
    places: 10_000,
    limits: { maxConnections: 12_000, maxConnectionsPerAddress: 1100 },
    served: "newcomers",
    maxGrowthBytes: 500 * MIB,
  }),
];
