import { expect, test } from "vitest";
import { ProtocolError, utf8 } from "@mailwire/wire";
import type { TlsInfo } from "@mailwire/wire";
import { ClientSession } from "../session/index.ts";
import type { ClientEvent, ClientIntent } from "../session/index.ts";
import { EventBatches } from "./event-batches.ts";

const TLS: TlsInfo = { authorized: true, channelBindings: [], channelBinding: () => Promise.resolve(undefined) };

function batches(): EventBatches<ClientEvent, ClientIntent> {
  const session = new EventBatches(new ClientSession({ allowPlaintext: true, pipelining: "always" }));
  session.receive(utf8("+OK\r\n"));
  expect(types(session)).toEqual(["greeting"]);
  return session;
}

/** The types of the events in the next batch, or what comes instead. */
function types(session: EventBatches<ClientEvent, ClientIntent>): readonly string[] | string {
  const output = session.poll();
  return output.type === "event" ? output.event.map(({ type }) => type) : output.type;
}

test("all that arrived is one batch, and what is to be said comes in its place", () => {
  const session = batches();
  for (const type of ["capa", "utf8"] as const) session.send({ type: "command", command: { type } });
  expect(types(session)).toBe("transmit");
  session.receive(utf8("+OK\r\nTOP\r\n.\r\n+OK\r\n"));
  expect(types(session)).toEqual(["reply", "line", "end", "reply"]);
  expect(types(session)).toBe("need-input");
});

test("a handshake, and the end, come behind the batch, and once", () => {
  const session = batches();
  session.send({ type: "command", command: { type: "stls" } });
  expect(types(session)).toBe("transmit");
  session.receive(utf8("+OK\r\n"));
  expect([types(session), types(session), types(session)]).toEqual([["reply"], "start-tls", "paused"]);
  session.receiveTls(TLS);
  expect(types(session)).toEqual(["tls"]);
  session.send({ type: "command", command: { type: "quit" } });
  expect(types(session)).toBe("transmit");
  session.receive(utf8("+OK\r\n"));
  expect([types(session), types(session)]).toEqual([["reply"], "closed"]);
});

test("an error comes behind what was understood before it, and once", () => {
  const session = batches();
  session.send({ type: "command", command: { type: "utf8" } });
  expect(types(session)).toBe("transmit");
  session.receive(utf8("+OK\r\nnonsense\r\n"));
  expect(types(session)).toEqual(["reply"]);
  expect(() => session.poll()).toThrow(ProtocolError);
  expect(types(session)).toBe("closed");
});

test("a challenge pauses until it is answered", () => {
  const session = batches();
  session.send({ type: "command", command: { type: "auth", mechanism: "X" } });
  expect(types(session)).toBe("transmit");
  session.receive(utf8("+ \r\n"));
  expect([types(session), types(session)]).toEqual([["auth-challenge"], "paused"]);
  session.send({ type: "auth-cancel" });
  expect(types(session)).toBe("transmit");
  session.receiveEof();
  expect(session.patience.phase).toBe("reply");
});
