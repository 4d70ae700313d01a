// How a client behaves: how often it erred, wasted time or failed to log in. The idea is Postfix's error limits, as in SMTP.

import type { CommandType } from "../codec/command.ts";
import type { Reply } from "../codec/reply.ts";
import type { ServerLimits } from "./limits.ts";

/** Commands that bring nobody forward. */
const JUNK: ReadonlySet<CommandType> = new Set(["noop", "rset", "capa", "lang", "utf8", "user"] as const);
/** Commands that prove who somebody is. */
const PROOF: ReadonlySet<CommandType> = new Set(["pass", "apop", "auth"] as const);

/** Counts what a client does on one connection. */
export class Conduct {
  readonly #limits: ServerLimits;
  #errors = 0;
  #junkCommands = 0;
  #failedLogins = 0;

  constructor(limits: ServerLimits) {
    this.#limits = limits;
  }

  /** Commands since the last useful one that could not be allowed, and junk beyond its limit. */
  get errors(): number {
    return this.#errors;
  }

  /** Why it cannot be borne any more; `undefined` while it can. */
  get unbearable(): string | undefined {
    if (this.#errors > this.#limits.maxErrors) return "too many errors";
    return this.#failedLogins > this.#limits.maxFailedLogins ? "too many failed logins" : undefined;
  }

  /** Notes an answer; `illegal`: the session itself could not allow the command. */
  note(type: CommandType, reply: Reply, judgement: "legal" | "illegal"): void {
    if (judgement === "illegal" && reply.status === "-ERR") this.#errors += 1;
    else if (JUNK.has(type)) this.#noteJunk();
    else if (reply.status === "+OK") this.#errors = this.#junkCommands = 0;
    // A maildrop that is in use, say, is nobody's fault.
    else if (PROOF.has(type) && (reply.code ?? "AUTH") === "AUTH") this.#failedLogins += 1;
  }

  #noteJunk(): void {
    this.#junkCommands += 1;
    if (this.#junkCommands > this.#limits.maxJunkCommands) this.#errors += 1;
  }
}
