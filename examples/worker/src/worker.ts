// A Workers script: `POST /?from=…&to=…` with a message as its body submits it by STARTTLS and SCRAM over `cloudflare:sockets`, streaming.

import { connect as connectSocket } from "cloudflare:sockets";
import { chooseMechanism } from "@mailwire/sasl";
import { SmtpClient, SmtpReplyError } from "@mailwire/smtp/client";
import { connect } from "@mailwire/tls/workers";

/** The Worker's bindings: where mail is submitted, and who does it. */
export interface Env {
  readonly SUBMISSION_HOST: string;
  readonly SUBMISSION_PORT: string;
  readonly USER: string;
  readonly PASSWORD: string;
}

async function submit(request: Request, env: Env): Promise<Response> {
  const { searchParams } = new URL(request.url);
  const from = searchParams.get("from");
  const to = searchParams.getAll("to");
  if (request.method !== "POST" || from === null || request.body === null) return new Response("POST /?from=…&to=…\n", { status: 400 });
  const { SUBMISSION_HOST: host, SUBMISSION_PORT: port, USER: user, PASSWORD: password } = env;
  try {
    const transport = await connect({ connect: connectSocket, host, port: Number(port), signal: request.signal });
    const client = await SmtpClient.open(transport, { serverName: host, signal: request.signal });
    await client.auth(chooseMechanism({ user, password }));
    const { reply } = await client.sendMail({ from, to, body: chunks(request.body) });
    await client.quit();
    return new Response(`${reply.code} ${reply.lines.join(" ")}\n`);
  } catch (error) {
    const status = error instanceof SmtpReplyError ? 422 : 502;
    return new Response(`${error instanceof Error ? error.message : String(error)}\n`, { status });
  }
}

/** Not every runtime's streams are iterable. */
async function* chunks(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) if (value !== undefined) yield value;
}

// Workers want a default export.
export default { fetch: submit };
