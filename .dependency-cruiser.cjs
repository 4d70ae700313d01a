/**
 * The floors: imports only point down, protocol packages never import each other, `node:` only in tls,
 * codec/ and session/ import only wire, sasl and themselves. Test files may also use test tools and `transcript`.
 */
const src = (names) => `^packages/(${names})/src/`;
const TESTS = "\\.test\\.ts$|/test/";
const FLOORS = {
  wire: "wire",
  transport: "wire|transport",
  sasl: "wire|sasl",
  message: "wire|message",
  smtp: "wire|transport|sasl|smtp",
  pop3: "wire|transport|sasl|pop3",
  imap: "wire|transport|sasl|imap",
  tls: "wire|transport|tls",
  transcript: "wire|transport|transcript",
  mailstore: "wire|message|smtp|pop3|imap|mailstore",
  server: "wire|transport|tls|transcript|server",
};
const LIBRARIES = Object.keys(FLOORS).join("|");

module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: { pathNot: TESTS }, to: { circular: true } },
    { name: "no-unresolvable", severity: "error", from: {}, to: { couldNotResolve: true, pathNot: "^cloudflare:" } },
    ...Object.entries(FLOORS).map(([name, below]) => ({
      name: `floor-of-${name}`,
      severity: "error",
      from: { path: src(name), pathNot: TESTS },
      to: { pathNot: src(below), dependencyTypesNot: ["core"] },
    })),
    {
      name: "node-builtins-only-in-tls",
      severity: "error",
      from: { path: src(LIBRARIES), pathNot: [src("tls"), TESTS] },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "adapters-of-other-runtimes-need-no-node",
      severity: "error",
      from: { path: "^packages/tls/src/(deno|workers)\\.ts$" },
      to: { path: "^(node:)?(net|tls|crypto|stream|url|fs|events|buffer|util|dns)(/|$)", reachable: true },
    },
    {
      name: "codec-and-session-are-pure",
      severity: "error",
      from: { path: "^packages/(smtp|pop3|imap)/src/(codec|session)/", pathNot: TESTS },
      to: { pathNot: [src("wire|sasl"), "^packages/(smtp|pop3|imap)/src/(codec|session)/"] },
    },
    {
      name: "codec-knows-no-session",
      severity: "error",
      from: { path: "^packages/(smtp|pop3|imap)/src/codec/", pathNot: TESTS },
      to: { path: "^packages/(smtp|pop3|imap)/src/session/" },
    },
    {
      name: "client-and-server-apart",
      severity: "error",
      from: { path: "^packages/(smtp|pop3|imap)/src/client(/|\\.ts)", pathNot: TESTS },
      to: { path: "^packages/(smtp|pop3|imap)/src/server(/|\\.ts)" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { conditionNames: ["@mailwire/source", "import", "default"], exportsFields: ["exports"] },
    doNotFollow: { path: "node_modules" },
  },
};
