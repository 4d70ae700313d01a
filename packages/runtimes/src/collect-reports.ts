// The small HTTP server that a runtime under test tells its results to, and gets its page from if it is a browser.

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Report } from "./report.ts";
import { BUNDLE } from "./runtimes.ts";

/** A runtime that says nothing for so long hangs: no test may take longer than 20 seconds, but a file has many. */
const SILENCE_MS = 120_000;

const PAGE = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module" src="/${BUNDLE}"></script>`;

/** Lets `start` start a runtime that runs the bundle in `folder`, and gives all that it reports until it is done, exits or falls silent. */
export async function collectReports(folder: string, start: (reportTo: string, page: string) => Promise<ChildProcess>): Promise<Report[]> {
  const reports: Report[] = [];
  let onReport: (report: Report) => void = () => undefined;
  const server = createServer((request, response) => {
    if (request.method === "POST") void receive(request, response, (report) => onReport(report));
    else giveFile(folder, request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const child = await start(`${origin}/report`, `${origin}/`);
  let silence: ReturnType<typeof setTimeout> | undefined;
  try {
    await new Promise<void>((resolve) => {
      silence = setTimeout(resolve, SILENCE_MS);
      onReport = (report) => {
        reports.push(report);
        clearTimeout(silence);
        silence = setTimeout(resolve, SILENCE_MS);
        if (report.type === "end") resolve();
      };
      child.once("exit", resolve);
      child.once("error", resolve);
    });
    return reports;
  } finally {
    clearTimeout(silence);
    end(child);
    server.closeAllConnections();
    server.close();
  }
}

async function receive(request: IncomingMessage, response: ServerResponse, tell: (report: Report) => void): Promise<void> {
  tell(JSON.parse(await text(request)) as Report);
  response.setHeader("connection", "close").end("{}");
}

function giveFile(folder: string, { url }: IncomingMessage, response: ServerResponse): void {
  if (url === "/") response.setHeader("content-type", "text/html").end(PAGE);
  else if (url === `/${BUNDLE}`) response.setHeader("content-type", "text/javascript").end(readFileSync(join(folder, BUNDLE)));
  else response.writeHead(404).end();
}

/** With all that it started. */
function end(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // It is over.
  }
}
