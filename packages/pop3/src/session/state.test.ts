// Every state x verb cell, on both sides: what the table allows can be said and is not refused, what it does not allow cannot and is.

import { expect, test } from "vitest";
import { Secret, utf8 } from "@mailwire/wire";
import { drain } from "../../test/drain.ts";
import { encodeCommand } from "../codec/command.ts";
import type { Command, CommandType } from "../codec/command.ts";
import { encodeReply, err, ok } from "../codec/reply.ts";
import { ClientSession } from "./client-session.ts";
import { ServerSession } from "./server-session.ts";
import { TRANSITIONS, isLegalIn, stateAfter } from "./state.ts";
import type { State, Verb } from "./state.ts";

const SAMPLES: { readonly [Type in CommandType]: Command & { readonly type: Type } } = {
  user: { type: "user", name: "u" },
  pass: { type: "pass", password: new Secret("p") },
  apop: { type: "apop", name: "u", digest: new Secret("0".repeat(32)) },
  auth: { type: "auth", mechanism: "X" },
  stat: { type: "stat" },
  list: { type: "list", message: 1 },
  uidl: { type: "uidl", message: 1 },
  retr: { type: "retr", message: 1 },
  top: { type: "top", message: 1, lines: 0 },
  dele: { type: "dele", message: 1 },
  noop: { type: "noop" },
  rset: { type: "rset" },
  capa: { type: "capa" },
  stls: { type: "stls" },
  utf8: { type: "utf8" },
  lang: { type: "lang", range: "de" },
  quit: { type: "quit" },
  unknown: { type: "unknown", keyword: "XYZ" },
  invalid: { type: "invalid", keyword: "RETR", argument: "x", reason: "" },
};

/** The commands that lead to each state, all answered +OK. */
const WAYS: Readonly<Record<State, readonly Command[] | "before the greeting">> = {
  greeting: "before the greeting",
  authorization: [],
  "user-accepted": [SAMPLES.user],
  handshake: [SAMPLES.stls],
  transaction: [SAMPLES.user, SAMPLES.pass],
  update: [SAMPLES.user, SAMPLES.pass, SAMPLES.quit],
  closed: [SAMPLES.quit],
};

function clientIn(state: State): ClientSession {
  const session = new ClientSession({ allowPlaintext: true });
  const way = WAYS[state];
  if (way === "before the greeting") return session;
  session.receive(utf8("+OK <a@b>\r\n"));
  drain(session);
  for (const command of way) {
    session.send({ type: "command", command });
    session.receive(utf8("+OK\r\n"));
    drain(session);
  }
  return session;
}

function serverIn(state: State): ServerSession {
  const session = new ServerSession({ allowPlaintextAuth: true, stls: "offered", utf8: { user: true } });
  const way = WAYS[state];
  if (way === "before the greeting") return session;
  session.send({ type: "reply", reply: ok("") });
  for (const command of way) {
    session.receive(encodeCommand(command));
    drain(session, () => session.send({ type: "reply", reply: ok("") }));
  }
  return session;
}

const STATES = Object.keys(WAYS) as State[];
const CELLS = STATES.flatMap((state) => Object.values(SAMPLES).map((command) => ({ state, verb: command.type, command })));

test("the table knows each state", () => {
  expect(Object.keys(TRANSITIONS).sort()).toEqual([...STATES].sort());
});

const LEGAL = CELLS.filter(({ state, verb }) => isLegalIn(state, verb));
const ILLEGAL = CELLS.filter(({ state, verb }) => !isLegalIn(state, verb));

test.each(LEGAL)("a client in $state may say $verb, and goes where the table says", ({ state, verb, command }) => {
  const session = clientIn(state);
  expect(session.state).toBe(state);
  session.send({ type: "command", command });
  session.receive(encodeReply(err("")));
  drain(session);
  expect(session.state).toBe(stateAfter(state, verb, "err"));
});

test.each(ILLEGAL)("a client in $state may not say $verb", ({ state, command }) => {
  const session = clientIn(state);
  expect(session.state).toBe(state);
  expect(() => session.send({ type: "command", command })).toThrow(expect.objectContaining({ side: "local", code: "illegal-now" }));
});

const HEARD = CELLS.filter(({ state }) => !["greeting", "handshake", "update", "closed"].includes(state));

test.each(HEARD)("a server in $state hears $verb, refuses what the table does, and goes where it says", ({ state, verb, command }) => {
  for (const reply of [ok(""), err("")]) {
    const session = serverIn(state);
    expect(session.state).toBe(state);
    session.receive(encodeCommand(command));
    const refused: boolean[] = [];
    drain(session, (event) => {
      refused.push("refusal" in event);
      session.send({ type: "reply", reply });
    });
    expect(refused).toEqual([!isLegalIn(state, verb) || verb === "unknown" || verb === "invalid"]);
    expect(session.state).toBe(stateAfter(state, verb, reply.status === "+OK" ? "ok" : "err"));
  }
});

test.each(STATES)("in %s the end of input leads to where the table says, or nowhere", (state) => {
  const session = serverIn(state);
  session.receiveEof();
  const { end } = drain(session);
  const asked = isLegalIn(state, "eof") && !["greeting", "handshake"].includes(state);
  expect(session.state).toBe(asked ? "closed" : state);
  expect(end).toBe(["greeting", "handshake"].includes(state) ? "paused" : "closed");
});

test("only QUIT leads to update, and nothing but that to nowhere else", () => {
  const ways = STATES.flatMap((state) =>
    (Object.keys(TRANSITIONS[state]) as Verb[]).filter((verb) => stateAfter(state, verb, "ok") === "update").map((verb) => [state, verb]),
  );
  expect(ways).toEqual([["transaction", "quit"]]);
});
