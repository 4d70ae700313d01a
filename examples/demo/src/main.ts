// The main job in one command: the reference server on loopback, mail through it in every way, and every recorded session over
// real sockets, from both ends. Ends by itself; exit 0 when all went as expected.

import { MdaemonLog } from "@mailwire/transcript";
import type { LiveSession } from "@mailwire/server";
import { SERVICE_NAMES, selfSigned, startMailServer } from "example-mail-server";
import { mailRound } from "./mail-round.ts";
import { type Outcome, table } from "./outcome.ts";
import { playToOurClient, typeIntoOurServer } from "./play.ts";
import { recordings } from "./recordings.ts";

const started = performance.now();
const keyPair = await selfSigned("localhost");
const outcomes: Outcome[] = [];

heading("Mail through the reference server, as its log shows it");
const reference = await startMailServer({
  host: "127.0.0.1",
  ports: Object.fromEntries(SERVICE_NAMES.map((name) => [name, 0])),
  domains: ["example.test"],
  users: [
    { name: "alice", password: "secret1" },
    { name: "bob", password: "secret2" },
  ],
  keyPair,
  allowPlaintextAuth: true,
});
reference.server.sessions.watch((news) => {
  if (news.type === "joined") printLog(news.session);
});
outcomes.push(...(await mailRound(reference)));
await reference.server.close();

for (const recording of recordings()) {
  heading(`${recording.document.title}, typed again`);
  outcomes.push(await typeIntoOurServer(recording, keyPair, (line) => console.log(line)));
  outcomes.push(await playToOurClient(recording, keyPair));
}

heading("Summary");
console.log(table(outcomes));
const failed = outcomes.filter(({ ok }) => !ok).length;
console.log(`\n${outcomes.length - failed} as expected, ${failed} not, in ${((performance.now() - started) / 1000).toFixed(1)} s`);
process.exitCode = failed === 0 ? 0 : 1;

function heading(text: string): void {
  console.log(`\n=== ${text}\n`);
}

/** Prints a session as it goes on, as a mail server's window shows it. */
function printLog({ id, protocol, info, since, dialogue, closed }: LiveSession): void {
  const log = new MdaemonLog({ protocol, number: id, ...(info.remote !== undefined && { remote: info.remote }) });
  // The greeting may have been said by now.
  for (const line of [...log.opening(since), ...dialogue.entries.map((entry) => log.line(entry))]) console.log(line);
  dialogue.subscribe((entry) => console.log(log.line(entry)));
  void closed.then(() => {
    for (const line of log.closing(Date.now(), { in: dialogue.clientBytes, out: dialogue.serverBytes })) console.log(line);
  });
}
