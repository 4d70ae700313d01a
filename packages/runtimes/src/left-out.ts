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

const WITHOUT_NODE: readonly RuntimeName[] = ["workerd", "chromium"];

export const LEFT_OUT: readonly LeftOut[] = [
  { runtimes: WITHOUT_NODE, path: "packages/tls/src/", reason: "Node's sockets and TLS" },
  { runtimes: WITHOUT_NODE, path: "packages/server/src/", reason: "listens on Node's sockets" },
  { runtimes: WITHOUT_NODE, path: "packages/transport/src/from-duplex.test.ts", reason: "Node's streams" },
  { runtimes: WITHOUT_NODE, path: "packages/wire/src/secret.test.ts", reason: "how Node prints a secret" },
  { runtimes: WITHOUT_NODE, path: "packages/sasl/src/md5.test.ts", reason: "Node's digests as the measure" },
  {
    runtimes: ["chromium"],
    path: "packages/wire/src/receive-buffer.test.ts",
    test: "taking > a Buffer goes in, plain bytes come out",
    reason: "Node's Buffer",
  },
  { runtimes: ["chromium"], path: "packages/pop3/test/large-message.test.ts", reason: "measures memory as Node tells it" },
];
