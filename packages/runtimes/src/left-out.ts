// Every test that does not run on some runtime, and why: what is not named here runs.

import type { RuntimeName } from "./runtimes.ts";

/** Tests that are left out. */
export interface LeftOut {
  readonly runtimes: readonly RuntimeName[];
  /** A file, or a folder with its final slash; paths from the workspace's root. */
  readonly path: string;
  /** The test's names, joined by " > "; without one, the whole file. */
  readonly test?: string;
  readonly reason: string;
}

const ALL: readonly RuntimeName[] = ["node20", "node22", "node24", "bun", "deno", "workerd", "chromium"];
const WITHOUT_NODE: readonly RuntimeName[] = ["workerd", "chromium"];

export const LEFT_OUT: readonly LeftOut[] = [
  { runtimes: WITHOUT_NODE, path: "packages/tls/src/", reason: "Node's sockets and TLS" },
  { runtimes: WITHOUT_NODE, path: "packages/server/src/", reason: "listens on Node's sockets" },
  { runtimes: WITHOUT_NODE, path: "packages/transport/src/from-duplex.test.ts", reason: "Node's streams" },
  { runtimes: WITHOUT_NODE, path: "packages/wire/src/secret.test.ts", reason: "how Node prints a secret" },
  { runtimes: WITHOUT_NODE, path: "packages/sasl/src/md5.test.ts", reason: "Node's digests as the measure" },
  { runtimes: ["chromium"], path: "packages/transcript/src/format-event.test.ts", reason: "Node's Buffer" },
  { runtimes: ["chromium"], path: "packages/imap/src/codec/one-gib.test.ts", reason: "Node's account of its memory" },
  {
    runtimes: ["chromium"],
    path: "packages/wire/src/receive-buffer.test.ts",
    test: "taking > a Buffer goes in, plain bytes come out",
    reason: "Node's Buffer",
  },
  {
    runtimes: ALL,
    path: "packages/pop3/test/large-message.test.ts",
    test: "256 MiB stream through both ends in little memory",
    reason: "all tests share a process here, and what is garbage of the others would count too",
  },
  {
    runtimes: ["bun"],
    path: "packages/tls/src/from-socket.test.ts",
    test: "STARTTLS over a duplex that is no socket > the end of one side reaches the other, which can still answer",
    reason: "Bun's TLS over a stream has no half-open connections",
  },
  {
    runtimes: ["bun"],
    path: "packages/tls/src/from-socket.test.ts",
    test: "STARTTLS over a duplex that is no socket > many bytes go both ways at once, and a reader that is slow slows the writer",
    reason: "Bun's TLS over a stream knows no backpressure",
  },
  {
    runtimes: ["bun"],
    path: "packages/tls/src/from-socket.test.ts",
    test: "info is what the caller says, over what the socket says",
    reason: "Bun's sockets do not tell their own address at once",
  },
  {
    runtimes: ["deno"],
    path: "packages/tls/src/connect.test.ts",
    test: 'implicit TLS > refuses "a b" as the server\'s name',
    reason: "Deno's domainToASCII takes any text: it is the handshake that fails",
  },
  {
    runtimes: ["deno"],
    path: "packages/tls/src/connect.test.ts",
    test: 'implicit TLS > refuses "mail..example\\u0000" as the server\'s name',
    reason: "Deno's domainToASCII takes any text: it is the handshake that fails",
  },
  {
    runtimes: ["deno"],
    path: "packages/tls/src/connect.test.ts",
    test: "implicit TLS > fails typed with options that make no sense",
    reason: "Deno's node:tls ignores a certificate that is none",
  },
  {
    runtimes: ["deno"],
    path: "packages/tls/src/server-tls.test.ts",
    test: "one that is no good is told at once, and changes nothing",
    reason: "Deno's node:tls ignores a certificate that is none",
  },
  {
    runtimes: ["deno"],
    path: "packages/tls/src/from-socket.test.ts",
    test: "STARTTLS over a socket > both ends have the same channel bindings",
    reason: "Deno's node:tls cannot export keying material",
  },
  {
    runtimes: ["deno"],
    path: "packages/tls/src/from-socket.test.ts",
    test: "STARTTLS over a socket > many bytes go both ways at once, and a reader that is slow slows the writer",
    reason: "Deno's node:tls does not tell the peer's end to a reader that was behind, and takes all that is written at once",
  },
  {
    runtimes: ["deno"],
    path: "packages/tls/src/from-socket.test.ts",
    test: "STARTTLS over a duplex that is no socket > both ends have the same channel bindings",
    reason: "Deno's node:tls cannot export keying material",
  },
  {
    runtimes: ["deno"],
    path: "packages/tls/src/from-socket.test.ts",
    test: "STARTTLS over a duplex that is no socket > many bytes go both ways at once, and a reader that is slow slows the writer",
    reason: "Deno's node:tls does not tell the peer's end to a reader that was behind, and takes all that is written at once",
  },
  {
    runtimes: ["deno"],
    path: "packages/tls/src/from-socket.test.ts",
    test: "STARTTLS over a duplex that is no socket > the end of one side reaches the other, which can still answer",
    reason: "Deno's TLS over a stream has no half-open connections",
  },
  {
    runtimes: ["deno"],
    path: "packages/tls/src/from-socket.test.ts",
    test: "STARTTLS over a duplex that is no socket > bytes in clear during the handshake make it fail at both ends",
    reason: "Deno's TLS over a stream tells a broken handshake as a lost connection",
  },
  {
    runtimes: ["deno"],
    path: "packages/tls/src/from-socket.test.ts",
    test: "a TLSSocket that somebody else made > has no tls-exporter before TLS 1.3, nor after its end; a server has none for a client without certificate",
    reason: "Deno's node:tls cannot export keying material",
  },
  {
    runtimes: ["deno"],
    path: "packages/tls/src/from-socket.test.ts",
    test: "a TLSSocket that somebody else made > has no bindings that the runtime cannot give",
    reason: "Deno's node:tls cannot export keying material",
  },
  {
    runtimes: ["deno"],
    path: "packages/tls/src/from-socket.test.ts",
    test: "a TLSSocket that somebody else made > whose connection is cut without a word of TLS just ends",
    reason: "Deno's node:tls takes all that is written at once, so that a loop that writes never sees the reset",
  },
  {
    runtimes: ["bun"],
    path: "packages/tls/src/connect.test.ts",
    test: "sessions of TLSv1.2 > are resumed with the server that they are of, whose certificate is still known",
    reason: "Bun shows the certificate of a session that it resumed, and the test takes that for a new one",
  },
  {
    runtimes: ["bun"],
    path: "packages/tls/src/connect.test.ts",
    test: "sessions of TLSv1.3 > are resumed with the server that they are of, whose certificate is still known",
    reason: "Bun shows the certificate of a session that it resumed, and the test takes that for a new one",
  },
  {
    runtimes: ["deno"],
    path: "packages/tls/src/connect.test.ts",
    test: "sessions of TLSv1.2 > are resumed with the server that they are of, whose certificate is still known",
    reason: "Deno's node:tls gives no sessions of TLS 1.3, and shows the certificate of one that it resumed",
  },
  {
    runtimes: ["deno"],
    path: "packages/tls/src/connect.test.ts",
    test: "sessions of TLSv1.3 > are resumed with the server that they are of, whose certificate is still known",
    reason: "Deno's node:tls gives no sessions of TLS 1.3, and shows the certificate of one that it resumed",
  },
];
