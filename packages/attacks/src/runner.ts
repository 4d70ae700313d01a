// Plays scripts: makes the way, puts mailwire at one end and the attacker at the other, and judges what came of it.

import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { connect, fromSocket } from "@mailwire/tls";
import { ConnectionError } from "@mailwire/wire";
import type { ByteTransport } from "@mailwire/wire";
import { Attacker } from "./attacker.ts";
import { CertificateMaker, certificateCase } from "./certificates.ts";
import { type Beliefs, CLIENT_COURSES, type ClientCourse } from "./client-course.ts";
import { ClientPlay } from "./client-play.ts";
import { clientViolations } from "./client-verdict.ts";
import { certificateOf, clientExpectation, pinOf, policyOf } from "./expectation.ts";
import { type Outcome, describe, failure } from "./outcome.ts";
import { oldVersionIn } from "./old-tls.ts";
import type { Protocol, Script, Step } from "./script.ts";
import { type Asked, SERVER_COURSES, type ServerCourse } from "./server-course.ts";
import { type Ending, ServerPlay } from "./server-play.ts";
import { probe, serverPlan, serverViolations } from "./server-verdict.ts";
import { WAYS, type WayName } from "./way.ts";

/** Whoever stands at mailwire's end: mailwire, unless a test of the runner wants to see it fail. */
export interface Courses {
  readonly clients: Readonly<Record<Protocol, ClientCourse>>;
  readonly servers: Readonly<Record<Protocol, ServerCourse>>;
}

/** What came of one script over one way. */
export interface Verdict {
  readonly way: WayName | "implicit";
  readonly observed: string;
  /** What was wrong; empty when the script passed. */
  readonly violations: readonly string[];
  /** Why it could not be played on this runtime; absent where it was. */
  readonly leftOut?: string;
}

/** Everything must be over by then. */
const DEADLINE_MS = 8000;

/** Plays scripts. */
export class Runner {
  readonly #certificates = new CertificateMaker();
  readonly #courses: Courses;

  constructor(courses: Courses = { clients: CLIENT_COURSES, servers: SERVER_COURSES }) {
    this.#courses = courses;
  }

  /**
   * Plays a script over every way that it can go, all at once, or leaves it out where this runtime lacks what it takes. Never rejects.
   */
  async play(script: Script, ways: readonly WayName[] = ["socket", "duplex"]): Promise<Verdict[]> {
    const leftOut = await this.#obstacle(script);
    if (leftOut !== undefined) return ways.map((way) => ({ way, observed: "nothing", violations: [], leftOut }));
    if (script.side === "server") return Promise.all(ways.map((way) => played(way, this.#playServer(script, way))));
    return Promise.all(clientWays(script, ways).map((way) => played(way, this.#playClient(scriptFor(way, script), way))));
  }

  /** What this runtime lacks to play a script. */
  async #obstacle(script: Script): Promise<string | undefined> {
    const version = oldVersionIn(certificateOf(script) ?? "");
    const isSpoken = version === undefined || (await this.#certificates.speaks(version));
    return isSpoken ? undefined : `this runtime's TLS cannot speak ${version} at all`;
  }

  async #playClient(script: Script, way: WayName | "implicit"): Promise<Verdict> {
    const shown = certificateCase(certificateOf(script) ?? "");
    const policy = policyOf(script);
    const tlsOptions = {
      ca: await this.#certificates.trusted(),
      ...(policy === "opportunistic" && { rejectUnauthorized: false }),
      ...(pinOf(script) === "usual" && (await this.#certificates.pin())),
    };
    // Made before anybody waits for it.
    for (const needed of [shown, certificateCase("")]) await this.#certificates.server(needed);
    const { serverName } = shown;
    const { attacker, transport } = await (way === "implicit" ? implicitWay(serverName, tlsOptions) : clientWay(way));
    const beliefs: Beliefs = { capabilities: [], toldInClear: [], leftovers: [] };
    const plan = { serverName, tlsOptions, policy, requireTls: /requiretls/i.test(script.attack) ? "asked" : "absent" } as const;
    const play = new ClientPlay(script, attacker, this.#certificates);
    const acting = relaying(script, transport).then((open) => this.#courses.clients[script.protocol](open, plan, beliefs));
    const outcome = bounded(acting);
    const { violations } = await play.run();
    attacker.end();
    const ended = await outcome;
    const found = clientViolations({
      script,
      attacker,
      outcome: ended,
      beliefs,
      expectation: clientExpectation(script),
      policy,
      mode: way === "implicit" ? "implicit" : "starttls",
      toldInside: attacker.told,
    });
    attacker.destroy();
    return { way, observed: describe(ended), violations: [...violations, ...found] };
  }

  async #playServer(script: Script, wayName: WayName): Promise<Verdict> {
    const way = await WAYS[wayName]("server");
    const attacker = new Attacker(way.attacker);
    const isImplicit = beginsWithTls(script.steps);
    const tls = await this.#certificates.server(certificateCase(""));
    const plan = serverPlan(script, tls);
    const asked: Asked = { logins: [], addresses: [], errors: [] };
    const transport = fromSocket(way.mailwire, { handshakeTimeoutMs: 1000 });
    const play = new ServerPlay(script, attacker, await this.#certificates.trusted());
    const serving = isImplicit ? implicitly(transport, tls) : Promise.resolve(transport);
    const served = serving.then((open) => this.#courses.servers[script.protocol](open, plan, asked).closed);
    served.catch(() => undefined);
    const ending = await play.run();
    const probed = ending === "played" && attacker.secure ? await probe(script, attacker) : [];
    attacker.destroy();
    const closure = await bounded(
      served.then(({ error }) => {
        if (error !== undefined) throw error;
      }),
    );
    const violations = [...play.violations, ...probed, ...serverViolations(script, plan, asked, ending, closure)];
    return { way: wayName, observed: `${ENDINGS[ending]}, ${describe(closure)}`, violations };
  }
}

const ENDINGS: Readonly<Record<Ending, string>> = {
  played: "played to its end",
  left: "ended by the server",
  refused: "TLS refused",
  "no-tls": "no TLS",
};

/** An attacker that fails is a violation, too. */
function played(way: Verdict["way"], playing: Promise<Verdict>): Promise<Verdict> {
  return playing.catch((error: unknown) => ({ way, observed: "nothing", violations: [`it could not be played: ${String(error)}`] }));
}

/** Certificates are also shown from the first byte on, which takes a socket. */
function clientWays(script: Script, ways: readonly WayName[]): readonly Verdict["way"][] {
  const isImplicit = beginsWithTls(script.steps);
  const upgrading = isImplicit ? [] : ways;
  return (isImplicit || certificateOf(script) !== undefined) && ways.includes("socket") ? [...upgrading, "implicit"] : upgrading;
}

function scriptFor(way: Verdict["way"], script: Script): Script {
  return way === "implicit" && !beginsWithTls(script.steps) ? fromTheFirstByte(script) : script;
}

/** How `acting` ends, in time. */
async function bounded(acting: Promise<unknown>): Promise<Outcome> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hang = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => resolve({ type: "hang" }), DEADLINE_MS);
  });
  const end = acting.then((): Outcome => ({ type: "success" }), failure);
  const outcome = await Promise.race([end, hang]);
  clearTimeout(timer);
  return outcome;
}

/** A relay that could not find out what DANE says of a server must not talk to it (RFC 7672 section 2.1.1). */
async function relaying({ steps }: Script, transport: Promise<ByteTransport>): Promise<ByteTransport> {
  const lookup = steps.find(({ type }) => type === "dns");
  if (lookup?.type !== "dns" || /^(?:(?:secure|insecure|none|nodata|nxdomain|absent|usable|ok)\b|\d \d \d)/i.test(lookup.answer))
    return transport;
  (await transport).abort();
  throw new ConnectionError("tls", `the lookup of TLSA records failed: ${lookup.answer}`);
}

interface ClientWay {
  readonly attacker: Attacker;
  readonly transport: Promise<ByteTransport>;
}

async function clientWay(name: WayName): Promise<ClientWay> {
  const way = await WAYS[name]("client");
  return { attacker: new Attacker(way.attacker), transport: Promise.resolve(fromSocket(way.mailwire, { handshakeTimeoutMs: 3000 })) };
}

/** mailwire connects, and begins TLS at once. */
async function implicitWay(serverName: string, tls: object): Promise<ClientWay> {
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const accepting = new Promise<Socket>((resolve) => server.once("connection", resolve));
  const { port } = server.address() as AddressInfo;
  const transport = connect({ host: "127.0.0.1", port, mode: "implicit", serverName, tls, timeoutMs: 3000 });
  transport.catch(() => undefined);
  const socket = await accepting;
  socket.on("error", () => undefined);
  server.close();
  return { attacker: new Attacker(socket), transport };
}

/** The server's side of implicit TLS over a transport. */
async function implicitly(transport: ByteTransport, tls: unknown): Promise<ByteTransport> {
  if (transport.startTls === undefined) throw new Error("no TLS here");
  return transport.startTls({ side: "server", reply: new Uint8Array(), tls });
}

function beginsWithTls(steps: readonly Step[]): boolean {
  return steps.find((step) => step.type === "tls" || step.type === "say")?.type === "tls";
}

/** The same certificate on a port where TLS comes first: the handshake, the greeting, and whatever the script has inside. */
function fromTheFirstByte(script: Script): Script {
  const tls = script.steps.findIndex((step) => step.type === "tls");
  const handshake = script.steps.slice(tls, tls + 1);
  const greetings = script.steps.flatMap((step) => (step.type === "say" && step.from === "server" ? [step] : []));
  // Nobody offers STARTTLS here, or has a reason to refuse logins.
  const greeting = greetings.slice(0, 1).map((step) => ({ ...step, text: step.text.replaceAll(/ (?:STARTTLS|LOGINDISABLED)\b/g, "") }));
  return { ...script, steps: [...handshake, ...greeting, ...script.steps.slice(tls + 1)] };
}
