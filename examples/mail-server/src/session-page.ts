// The live sessions as JSON over HTTP: what a mail server's window shows, for scripts.

import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { SessionRegistry } from "@mailwire/server";
import { transcriptLine } from "@mailwire/transcript";

/** Serves `GET /sessions` and `DELETE /sessions/<id>` (drops it). */
export async function serveSessions(sessions: SessionRegistry, host: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const [, path, id] = (request.url ?? "").split("/");
    if (path !== "sessions") response.writeHead(404).end();
    else if (request.method === "DELETE") {
      const session = sessions.get(Number(id));
      session?.drop();
      response.writeHead(session === undefined ? 404 : 204).end();
    } else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(list(sessions)));
  });
  await once(server.listen(port, host), "listening");
  return server;
}

function list(sessions: SessionRegistry): object[] {
  return [...sessions].map(({ id, protocol, user, since, info, bytesIn, bytesOut, msLeft, dialogue }) => ({
    id,
    protocol,
    user,
    remote: info.remote,
    secure: info.secure,
    since: new Date(since).toISOString(),
    bytesIn,
    bytesOut,
    secondsLeft: Math.round(msLeft / 1000),
    dialogue: dialogue.entries.map(transcriptLine),
  }));
}
