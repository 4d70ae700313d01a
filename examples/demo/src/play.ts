// Plays a recording over sockets, both ways: its client against our server, its server against our client.

import { typeSession, formatEvent, joinChunks, recordedExchanges } from "@mailwire/transcript";
import { connect, listen } from "@mailwire/tls";
import { latin1, utf8 } from "@mailwire/wire";
import { type KeyPair, startMailServer } from "example-mail-server";
import type { Outcome } from "./outcome.ts";
import { circumstancesOf, type ProtocolName, type Recording } from "./recordings.ts";
import { playServer } from "./recorded-server.ts";
import { SPEAKERS } from "./say.ts";

/** Types what the person typed into the reference server; every answer must be of the recorded kind. */
export async function typeIntoOurServer(recording: Recording, keyPair: KeyPair, onLine: (line: string) => void): Promise<Outcome> {
  const { protocol, name, document, implicitTls } = recording;
  const { domains, users, messages } = circumstancesOf(recording);
  const service = implicitTls ? (`${protocol}s` as const) : protocol;
  const { server, store, ports } = await startMailServer({
    host: "127.0.0.1",
    ports: { [service]: 0 },
    domains,
    users,
    keyPair,
    allowPlaintextAuth: true,
  });
  for (const { name: user } of users) {
    const inbox = await (await store.account(user))?.mailbox("INBOX");
    for (let number = 1; number <= messages; number += 1) await inbox?.append(await store.receive([recordedMessage(number)]));
  }
  const tls = { ca: keyPair.cert };
  const transport = await connect({ host: "localhost", port: ports[service] ?? 0, mode: implicitTls ? "implicit" : "none", tls });
  const exchanges = await typeSession(document, transport, {
    startTls: { side: "client", serverName: "localhost" },
    onExchange: ({ said, answered }) => {
      for (const line of [...said.split(/(?<=\n)/).map((text) => `C: ${text}`), ...answered.split(/(?<=\n)/).map((text) => `S: ${text}`)])
        onLine(line);
    },
  });
  await server.close();
  const different = exchanges.find(({ recorded, answered }) => kindOf(protocol, recorded) !== kindOf(protocol, answered));
  const detail =
    different === undefined ? `${exchanges.length} exchanges` : `to ${different.said.trim()} came ${different.answered.trim()}`;
  return { title: `${name}: the person, into our server`, ok: different === undefined, detail };
}

/** Lets our client session talk to a server that says what was recorded; it must yield the events written in the document. */
export async function playToOurClient(recording: Recording, keyPair: KeyPair): Promise<Outcome> {
  const { protocol, name, document, implicitTls } = recording;
  const mode = implicitTls ? "implicit" : "plaintext";
  const listener = await listen({ host: "127.0.0.1", port: 0, mode, tls: keyPair }, (transport) =>
    playServer(document, transport, keyPair),
  );
  const tls = { ca: keyPair.cert };
  const transport = await connect({ host: "localhost", port: listener.port, mode: implicitTls ? "implicit" : "none", tls });
  const speaker = SPEAKERS[protocol](transport, { tls: { side: "client", serverName: "localhost", tls } });
  const events: object[] = [];
  const exchanges = recordedExchanges(document).values();
  let current = exchanges.next().value;
  for (let event = await speaker.next(); event !== null; event = await speaker.next()) {
    // Which TLS it became is this machine's business, not the recording's.
    events.push(event.type === "tls" && "info" in event ? { type: "tls", info: { authorized: true, channelBindings: [] } } : event);
    // The answer to STARTTLS is complete when the handshake is.
    if (!speaker.isAnswer(event) || (current?.then === "tls") !== (event.type === "tls")) continue;
    do {
      current = exchanges.next().value;
      if (current !== undefined) speaker.say(latin1(current.said).trimEnd());
    } while (current?.recorded === "");
    if (current === undefined) break;
  }
  speaker.abort();
  await listener.close();
  const expected = document.parts.flatMap((part) => part.events);
  const yielded = joinChunks(events).map(formatEvent);
  const different = expected.findIndex((event, at) => yielded[at] !== event);
  const ok = different === -1 && yielded.length >= expected.length;
  return {
    title: `${name}: the server, to our client`,
    ok,
    detail: ok ? `${yielded.length} events` : `expected ${expected[different] ?? "more"}, got ${yielded[different] ?? "the end"}`,
  };
}

/** A message for those that were on the recorded server. */
function recordedMessage(number: number): Uint8Array {
  return utf8(`From: sender@example.com\r\nTo: recipient@example.com\r\nSubject: Message ${number}\r\n\r\nThis is a test message.\r\n`);
}

/** The status of each answer in a text, without its wording. */
function kindOf(protocol: ProtocolName, text: string): string {
  const lines = text.split(/\r?\n/);
  const pattern = { smtp: /^\d(?=\d\d( |$))/, pop3: /^(\+OK|-ERR)(?= |$)/, imap: /^(?!\*|\+)\S+ (OK|NO|BAD)(?= )/ }[protocol];
  return lines.flatMap((line) => pattern.exec(line)?.[0] ?? []).join(", ");
}
