// What a scenario is: what is done to the server, what is allowed to come of it, and what it is played on.

import type { MailServerLimits } from "@mailwire/server";
import type { Crowd } from "./crowd.ts";

/** The ports of the server at 127.0.0.1, all in clear with an upgrade to TLS but `imaps`. */
export type Ports = Readonly<Record<"smtp" | "pop3" | "imap" | "imaps", number>>;

/** Who has an account: one who behaves, and one who does not. */
export const ACCOUNTS = {
  alice: { name: "alice", password: "secret1" },
  mallory: { name: "mallory", password: "secret2" },
} as const;

/** The domain that the server takes mail for. */
export const DOMAIN = "example.test";

/** What a scenario is played on. */
export interface Stage {
  readonly ports: Ports;
  /** The hostile connections. */
  readonly crowd: Crowd;
}

/** Something hostile that is done to the server. */
export interface Scenario {
  /** For the table. */
  readonly name: string;
  /** Limits of the server other than its defaults. */
  readonly limits?: Partial<Pick<MailServerLimits, "maxConnections" | "maxConnectionsPerAddress">>;
  /** Who must be served meanwhile: those who come, or only those who were there before. */
  readonly served: "newcomers" | "residents";
  /** How much larger the server may become: resident memory. */
  readonly maxGrowthBytes: number;
  /** Does it; resolves, with the crowd still there, to what went otherwise than it must. */
  play(stage: Stage): Promise<readonly string[]>;
}

/** A mebibyte. */
export const MIB = 1_048_576;
