// Which parameters of MAIL and RCPT a server takes: those whose extension it offers, and those that the application names.

import type { MailCommand, RcptCommand } from "../codec/command.ts";
import type { Extension } from "../codec/extensions.ts";
import type { MailParameters } from "../codec/mail-parameters.ts";
import type { Parameter } from "../codec/parameters.ts";
import { decodeRcptParameters } from "../codec/rcpt-parameters.ts";
import { receivedParameters } from "../codec/received-parameters.ts";
import type { Reply } from "../codec/reply.ts";
import * as replies from "./replies.ts";

/** The extension that each known parameter belongs to, where it is not named after it. */
const EXTENSION_OF: Readonly<Record<string, string>> = {
  BODY: "8BITMIME",
  RET: "DSN",
  ENVID: "DSN",
  NOTIFY: "DSN",
  ORCPT: "DSN",
  BY: "DELIVERBY",
  HOLDFOR: "FUTURERELEASE",
  HOLDUNTIL: "FUTURERELEASE",
  SOLICIT: "NO-SOLICITING",
};

/** The parameters that are taken, by what is offered on a connection. */
export class ParameterPolicy {
  readonly #offered: ReadonlyMap<string, Extension>;
  readonly #keywords: ReadonlySet<string>;

  /** `keywords` are those that are left to the handlers. */
  constructor(offered: readonly Extension[], keywords: readonly string[]) {
    this.#offered = new Map(offered.map((extension) => [extension.keyword, extension]));
    this.#keywords = new Set(keywords);
  }

  /** The reply that refuses the parameters of MAIL, or nothing. */
  refusalOfMail(command: MailCommand): Reply | undefined {
    const { known, unknown, invalid } = receivedParameters(command);
    const refusal = this.#refusalOf(command.parameters, unknown, invalid);
    if (refusal !== undefined) return refusal;
    if (known.body === "BINARYMIME" && !this.#offered.has("BINARYMIME")) return replies.PARAMETER_UNKNOWN;
    return this.#isHeldTooLong(known) ? replies.HOLD_TOO_LONG : undefined;
  }

  /** The reply that refuses the parameters of RCPT, or nothing. */
  refusalOfRcpt({ parameters }: RcptCommand): Reply | undefined {
    const { unknown, invalid } = decodeRcptParameters(parameters);
    return this.#refusalOf(parameters, unknown, invalid);
  }

  #refusalOf(all: readonly Parameter[], unknown: readonly Parameter[], invalid: readonly Parameter[]): Reply | undefined {
    for (const parameter of all) {
      const { keyword } = parameter;
      if (this.#keywords.has(keyword)) continue;
      if (unknown.includes(parameter) || !this.#offered.has(EXTENSION_OF[keyword] ?? keyword)) return replies.PARAMETER_UNKNOWN;
    }
    return invalid.length > 0 ? replies.PARAMETER_INVALID : undefined;
  }

  /** The first parameter of FUTURERELEASE is the most seconds, the second the latest time (RFC 4865 section 4). */
  #isHeldTooLong({ holdForSeconds = 0, holdUntil }: MailParameters): boolean {
    const [seconds = "", until = ""] = this.#offered.get("FUTURERELEASE")?.parameters ?? [];
    return (
      (seconds !== "" && holdForSeconds > Number(seconds)) || (until !== "" && holdUntil !== undefined && timeOf(holdUntil) > timeOf(until))
    );
  }
}

function timeOf(dateTime: string): number {
  return Date.parse(dateTime);
}
