// SASLprep of what USER, PASS and APOP say, where they may have characters beyond ASCII (RFC 6856 section 2.2).

import { saslprep } from "@mailwire/sasl";
import { Secret } from "@mailwire/wire";
import type { Command } from "../codec/command.ts";

/** The command with its name or password prepared; `undefined` when they have characters that no name or password may have. */
export function prepared(command: Command): Command | undefined {
  switch (command.type) {
    case "user":
    case "apop": {
      const name = saslprep(command.name, "query");
      return name === undefined ? undefined : { ...command, name };
    }
    case "pass": {
      const password = saslprep(command.password.reveal(), "query");
      return password === undefined ? undefined : { ...command, password: new Secret(password) };
    }
    default:
      return command;
  }
}
