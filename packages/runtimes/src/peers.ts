// Servers on Node that runtimes under test connect to: some answer the first line that they are told, one is the reference server.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { listen } from "@mailwire/tls";
import type { ByteTransport } from "@mailwire/wire";
import { startMailServer } from "example-mail-server";
import { openGateway } from "example-web-gateway";
import { generate } from "selfsigned";
import { SERVER_NAME } from "./server-name.ts";

/** What tests find by `inject("peers")`. */
export interface Peers {
  /** PEM of the authority that made the servers' certificates. */
  readonly authority: string;
  /** Key and certificate (PEM) that it made. */
  readonly identity: { readonly key: string; readonly cert: string };
  /** Ports at 127.0.0.1. */
  readonly ports: Readonly<Record<"clear" | "implicit" | "stranger" | "smtp" | "submission" | "gateway", number>>;
  /** Who has a mailbox at the reference server. */
  readonly user: { readonly name: string; readonly password: string };
}

/** Starts them; `close` ends them. Pages of `pageOrigin` may use the gateway. */
export async function startPeers(pageOrigin: string): Promise<{ peers: Peers; close: () => Promise<void> }> {
  const { authority, tls, stranger } = await certificates();
  const host = "127.0.0.1";
  const servers = {
    clear: await listen({ host, port: 0 }, (transport) => answer(transport, tls)),
    implicit: await listen({ host, port: 0, mode: "implicit", tls }, (transport) => answer(transport, tls)),
    stranger: await listen({ host, port: 0 }, (transport) => answer(transport, stranger)),
  };
  const user = { name: "alice", password: "secret1" };
  const reference = await startMailServer({
    host,
    ports: { smtp: 0, submission: 0, imaps: 0 },
    domains: [SERVER_NAME],
    users: [user],
    keyPair: tls,
  });
  const { smtp = 0, submission = 0, imaps = 0 } = reference.ports;
  const gateway = createServer();
  const target = { host, port: imaps, mode: "implicit", serverName: SERVER_NAME, tls: { ca: authority } } as const;
  openGateway(gateway, { target, origins: [pageOrigin], path: "/imap", onError: () => undefined });
  await new Promise<void>((resolve) => gateway.listen(0, host, resolve));
  const ports = {
    clear: servers.clear.port,
    implicit: servers.implicit.port,
    stranger: servers.stranger.port,
    smtp,
    submission,
    gateway: (gateway.address() as AddressInfo).port,
  };
  const close = async (): Promise<void> => {
    await Promise.all(Object.values(servers).map((server) => server.close()));
    gateway.closeAllConnections();
    gateway.close();
    await reference.server.close();
  };
  return { peers: { authority, identity: tls, ports, user }, close };
}

/** `ECHO`, `MANY` (32 MiB), `STARTTLS` (and then the next line inside), `INJECT` (more than the reply, in clear), `STALL`. */
async function answer(transport: ByteTransport, tls: unknown): Promise<void> {
  const words = await line(transport);
  if (words === "ECHO") await echo(transport);
  if (words === "MANY") await many(transport);
  if (words === "INJECT") await inject(transport);
  if (words === "STALL") await transport.read();
  if (words !== "STARTTLS") return;
  const inside = await transport.startTls?.({ side: "server", reply: bytes("220 go\r\n"), tls });
  if (inside !== undefined) await answer(inside, tls);
}

/** Says in clear what belongs inside, a little later than the reply. */
async function inject(transport: ByteTransport): Promise<void> {
  await transport.write([bytes("220 go\r\n")]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await transport.write([bytes("250 injected\r\n")]);
  await transport.read();
  await transport.end();
}

async function line(transport: ByteTransport): Promise<string> {
  let text = "";
  while (!text.endsWith("\r\n")) {
    const chunk = await transport.read();
    if (chunk === null) break;
    text += new TextDecoder().decode(chunk);
  }
  return text.trimEnd();
}

async function echo(transport: ByteTransport): Promise<void> {
  await transport.write([bytes("220 echo\r\n")]);
  for (let chunk = await transport.read(); chunk !== null; chunk = await transport.read()) await transport.write([chunk]);
  await transport.write([bytes("221 bye\r\n")]);
  await transport.end();
}

async function many(transport: ByteTransport): Promise<void> {
  const chunk = new Uint8Array(65_536).fill(0x61);
  for (let count = 0; count < 512; count += 1) await transport.write([chunk]);
  await transport.end();
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

async function certificates(): Promise<{ authority: string; tls: { key: string; cert: string }; stranger: { key: string; cert: string } }> {
  const keyType = "ec";
  const algorithm = "sha256";
  const isAuthority = [
    { name: "basicConstraints", cA: true, critical: true },
    { name: "keyUsage", keyCertSign: true, critical: true },
  ] as const;
  const names = {
    name: "subjectAltName" as const,
    altNames: [
      { type: 2 as const, value: SERVER_NAME },
      { type: 7 as const, ip: "127.0.0.1" },
    ],
  };
  const authority = await generate([{ name: "commonName", value: "Test authority" }], { keyType, algorithm, extensions: [...isAuthority] });
  const ca = { key: authority.private, cert: authority.cert };
  const server = await generate([{ name: "commonName", value: SERVER_NAME }], { keyType, algorithm, ca, extensions: [names] });
  const stranger = await generate([{ name: "commonName", value: SERVER_NAME }], { keyType, algorithm, extensions: [names] });
  return {
    authority: authority.cert,
    tls: { key: server.private, cert: server.cert },
    stranger: { key: stranger.private, cert: stranger.cert },
  };
}
