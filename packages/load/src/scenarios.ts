// All scenarios: as large as `pnpm load` plays them, and as small as the tests do.

import { MIB, type Scenario } from "./scenario.ts";
import { crumbs } from "./scenarios/crumbs.ts";
import { ENDLESS_LITERALS, HUGE_LINES, endless } from "./scenarios/endless.ts";
import { flood } from "./scenarios/flood.ts";
import { halfOpen } from "./scenarios/half-open.ts";
import { unfinishedHandshakes } from "./scenarios/handshakes.ts";
import { idle } from "./scenarios/idle.ts";
import { deepNesting } from "./scenarios/nesting.ts";
import { pipelinedFlood } from "./scenarios/pipelined.ts";
import { slowReaders } from "./scenarios/slow-readers.ts";
import { slowWriters } from "./scenarios/slow-writers.ts";

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
  flood({ name: "a flood of connections from one address", stayers: 50, ms: 10_000, maxGrowthBytes: 100 * MIB }),
  unfinishedHandshakes({
    name: "3,000 handshakes that are not gone on with, from one address",
    connections: 3000,
    addresses: 1,
    ms: 8_000,
    maxGrowthBytes: 100 * MIB,
  }),
  slowReaders({ name: "40 readers of 60 MB who read nothing", connections: 40, messageBytes: 20_000_000, ms: 8_000, maxGrowthBytes: 200 * MIB }),
  slowWriters({ name: "45 writers of an octet each half second", connections: 45, octetEachMs: 500, ms: 10_000, maxGrowthBytes: 60 * MIB }),
  crumbs({ name: "45 writers of 20,000 segments of one octet", connections: 45, octets: 20_000, maxGrowthBytes: 100 * MIB }),
  halfOpen({ name: "connections that are half closed anywhere", rounds: 20, maxGrowthBytes: 60 * MIB }),
  endless({ name: "lines that never end", pieces: HUGE_LINES, each: 5, bytes: 100_000_000, ms: 12_000, maxGrowthBytes: 150 * MIB }),
  endless({
    name: "literals and messages that never end",
    pieces: ENDLESS_LITERALS,
    each: 5,
    bytes: 100_000_000,
    ms: 12_000,
    maxGrowthBytes: 700 * MIB,
  }),
  deepNesting({ name: "things nested 5,000 deep", depth: 5000, connections: 20, maxGrowthBytes: 150 * MIB }),
  pipelinedFlood({
    name: "45 floods of commands whose answers are read",
    connections: 45,
    ms: 10_000,
    answers: "are read",
    maxGrowthBytes: 150 * MIB,
  }),
  pipelinedFlood({
    name: "45 floods of commands whose answers are not read",
    connections: 45,
    ms: 10_000,
    answers: "are not read",
    maxGrowthBytes: 150 * MIB,
  }),
];
