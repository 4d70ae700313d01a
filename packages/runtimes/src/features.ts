// What a runtime gives, each by the tests that show it: the rows of the table in docs/runtimes.md.

/** One row. */
export interface Feature {
  readonly name: string;
  /** It is there when all of these tests ran and passed. */
  readonly tests: readonly TestSelector[];
}

/** Tests by their file, and by their names joined by " > ". */
export interface TestSelector {
  /** A file, or a folder with its final slash. */
  readonly path: string;
  /** One test of that file; without it, all. */
  readonly test?: string;
}

const PROTOCOLS = ["smtp", "pop3", "imap"];
const CONNECT = "packages/tls/src/connect.test.ts";
const FROM_SOCKET = "packages/tls/src/from-socket.test.ts";

export const FEATURES: readonly Feature[] = [
  { name: "codecs", tests: PROTOCOLS.map((name) => ({ path: `packages/${name}/src/codec/` })) },
  { name: "sessions", tests: PROTOCOLS.map((name) => ({ path: `packages/${name}/src/session/` })) },
  {
    name: "SASL mechanisms",
    tests: ["scram/", "plain.test.ts", "cram-md5.test.ts"].map((file) => ({ path: `packages/sasl/src/${file}` })),
  },
  { name: "structure of messages", tests: [{ path: "packages/message/src/" }] },
  { name: "`drive()`, clients and servers over `memoryPair()`", tests: [drive("drive"), drive("drive-tls"), drive("memory-pair")] },
  { name: "`fromWebStreams()`", tests: [drive("from-web-streams")] },
  { name: "`fromDuplex()`: Node's streams", tests: [drive("from-duplex")] },
  {
    name: "Node's sockets: `connect()`, `listen()`",
    tests: [{ path: CONNECT, test: "in clear > bytes go both ways, and each end ends by itself" }],
  },
  {
    name: "implicit TLS",
    tests: [{ path: CONNECT, test: "implicit TLS > is authorized, names its facts, and carries bytes both ways to the end" }],
  },
  ...overBoth("STARTTLS, client and server", "gives the reply in clear, and then secures both ends"),
  ...overBoth("half-open connections in TLS", "the end of one side reaches the other, which can still answer"),
  ...overBoth("backpressure in TLS", "many bytes go both ways at once, and a reader that is slow slows the writer"),
  {
    name: "`tls-server-end-point`",
    tests: [{ path: FROM_SOCKET, test: "a TLSSocket that somebody else made > is secure, and has the bindings of its side" }],
  },
  { name: "`tls-exporter`", tests: [{ path: FROM_SOCKET, test: "STARTTLS over a socket > both ends have the same channel bindings" }] },
  { name: "servers with many listeners (`server`)", tests: [{ path: "packages/server/src/mail-server.test.ts" }] },
  { name: "`@mailwire/tls/deno`", tests: [{ path: "packages/runtimes/test/deno/sockets.ts" }] },
  { name: "`@mailwire/tls/workers`", tests: [{ path: "packages/runtimes/test/workerd/sockets.ts" }] },
];

function drive(name: string): TestSelector {
  return { path: `packages/transport/src/${name}.test.ts` };
}

function overBoth(name: string, test: string): Feature[] {
  return ["a socket", "a duplex that is no socket"].map((what) => ({
    name: `${name}, over ${what}`,
    tests: [{ path: FROM_SOCKET, test: `STARTTLS over ${what} > ${test}` }],
  }));
}
