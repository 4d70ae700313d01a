// `pnpm web-imap --host H --port P [--tls implicit|none] [--http P]`: serves the page, and the gateway to one IMAP server, on this machine only.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { openGateway } from "example-web-gateway";

const { values } = parseArgs({
  options: {
    host: { type: "string", default: "127.0.0.1" },
    port: { type: "string", default: "993" },
    tls: { type: "string", default: "implicit" },
    http: { type: "string", default: "8080" },
  },
});

const file = (name: string): string => new URL(name, import.meta.url).pathname;
const { outputFiles } = await build({
  entryPoints: [file("page.ts")],
  bundle: true,
  format: "esm",
  conditions: ["@mailwire/source"],
  write: false,
});

const server = createServer((request, response) => {
  if (request.url === "/") response.setHeader("content-type", "text/html").end(readFileSync(file("../page.html")));
  else if (request.url === "/page.js") response.setHeader("content-type", "text/javascript").end(outputFiles[0]?.contents);
  else response.writeHead(404).end();
});
const origin = `http://127.0.0.1:${values.http}`;
openGateway(server, {
  target: { host: values.host, port: Number(values.port), mode: values.tls === "none" ? "none" : "implicit" },
  origins: [origin],
  path: "/imap",
  onError: console.error,
});
server.listen(Number(values.http), "127.0.0.1", () => console.log(`${origin}/`));
