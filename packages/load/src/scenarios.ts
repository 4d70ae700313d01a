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
    maxGrowthBytes: 400 * MIB,
  }),
  flood({ name: "a flood of connections from one address", stayers: 50, ms: 10_000, maxGrowthBytes: 100 * MIB }),
  unfinishedHandshakes({
    name: "3,000 handshakes that are not gone on with, from one address",
    connections: 3000,
    addresses: 1,
    ms: 8_000,
    maxGrowthBytes: 100 * MIB,
  }),
  slowReaders({
    name: "40 readers of 60 MB who read nothing",
    connections: 40,
    messageBytes: 20_000_000,
    ms: 8_000,
    maxGrowthBytes: 120 * MIB,
  }),
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
    maxGrowthBytes: 500 * MIB,
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

/** As small as they can be and still show what they are about. */
export const SMALL: readonly Scenario[] = [
  idle({
    name: "many idle connections from few addresses",
    connections: 150,
    addresses: 2,
    places: 40,
    limits: { maxConnectionsPerAddress: 20 },
    served: "newcomers",
    maxGrowthBytes: Infinity,
  }),
  idle({
    name: "many idle connections from many addresses",
    connections: 150,
    addresses: 10,
    places: 57,
    limits: { maxConnections: 60, maxConnectionsPerAddress: 20 },
    served: "residents",
    maxGrowthBytes: Infinity,
  }),
  flood({ name: "a flood of connections", stayers: 10, ms: 500, limits: { maxConnectionsPerAddress: 10 }, maxGrowthBytes: Infinity }),
  unfinishedHandshakes({
    name: "handshakes that are not gone on with",
    connections: 100,
    addresses: 1,
    ms: 300,
    limits: { maxConnections: 40, maxConnectionsPerAddress: 10 },
    maxGrowthBytes: Infinity,
  }),
  slowReaders({ name: "readers who read nothing", connections: 6, messageBytes: 3_000_000, ms: 300, maxGrowthBytes: Infinity }),
  slowWriters({ name: "writers of single octets", connections: 10, octetEachMs: 50, ms: 300, maxGrowthBytes: Infinity }),
  crumbs({ name: "segments of one octet", connections: 6, octets: 300, maxGrowthBytes: Infinity }),
  halfOpen({ name: "half-closed connections", rounds: 1, maxGrowthBytes: Infinity }),
  endless({ name: "endless lines", pieces: HUGE_LINES, each: 1, bytes: 500_000, ms: 2000, maxGrowthBytes: Infinity }),
  endless({ name: "endless literals", pieces: ENDLESS_LITERALS, each: 1, bytes: 500_000, ms: 2000, maxGrowthBytes: Infinity }),
  deepNesting({ name: "deep nesting", depth: 1000, connections: 3, maxGrowthBytes: Infinity }),
  // Not SMTP: whoever makes so many errors there is answered late, and that takes its time.
  pipelinedFlood({ name: "floods that are read", connections: 5, ms: 500, answers: "are read", maxGrowthBytes: Infinity }),
  pipelinedFlood({ name: "floods that are not read", connections: 5, ms: 500, answers: "are not read", maxGrowthBytes: Infinity }),
];
