// Shows commands to an observer with what is secret wrapped, which does not always stand behind AUTH.

import type { Observer } from "@mailwire/wire";
import type { DecodedCommand, ReceivedCommand } from "../codec/received-command.ts";
import { authUnit, lineUnit, secretLineUnit } from "./units.ts";

/** Shows the commands of one conversation. A client whose AUTH was refused may send its credentials all the same, as lines that are no commands. */
export class CommandObserver {
  #previous: DecodedCommand["verb"] = "NOOP";

  /** Shows a command as it came. */
  show({ command, raw }: ReceivedCommand, observe: Observer): void {
    const isAuth = command.verb === "AUTH" || (command.verb === "invalid" && (command.name === "AUTH" || command.name === undefined));
    const isAstray = command.verb === "unknown" && this.#previous === "AUTH";
    if (isAuth) observe(authUnit("client", raw));
    else observe(isAstray ? secretLineUnit("client", raw) : lineUnit("client", raw));
    if (!isAstray) this.#previous = isAuth ? "AUTH" : command.verb;
  }
}
