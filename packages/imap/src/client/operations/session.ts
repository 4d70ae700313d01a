// CAPABILITY, LOGIN and commands that only succeed or fail.

import { Secret } from "@mailwire/wire";
import type { Command } from "../../codec/command.ts";
import type { Operation } from "../operation.ts";

/** A command of which only the success matters; the data that comes with it is told to `onUntagged`. */
export function plain(command: Command): Operation<void> {
  return { command, result: () => undefined };
}

/** Logs in with a password in clear. */
export function login(user: string, password: string | Secret<string>): Operation<void> {
  return plain({ name: "LOGIN", user, password: typeof password === "string" ? new Secret(password) : password });
}

/** Asks what the server can do; the session keeps the answer. */
export function capability(): Operation<void> {
  return { command: { name: "CAPABILITY" }, collect: (response) => response.type === "CAPABILITY", result: () => undefined };
}

/** Leaves; the server's BYE is expected. */
export function logout(): Operation<void> {
  return {
    command: { name: "LOGOUT" },
    collect: (response) => response.type === "untagged" && response.status === "BYE",
    result: () => undefined,
  };
}
