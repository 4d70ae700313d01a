import { afterEach, expect, test } from "vitest";
import { bytes, readText } from "../test/bytes.ts";
import { CLIENT_TLS, SERVER_NAME, SERVER_TLS, STRANGER_TLS } from "../test/certificates.ts";
import { SERVICE_PORTS, connectToService } from "./connect-to-service.ts";
import type { ServicePorts } from "./connect-to-service.ts";
import { listen } from "./listen.ts";
import type { Listener, ListenOptions } from "./listen.ts";

const host = "127.0.0.1";
const listeners: Listener[] = [];
afterEach(async () => {
  for (const listener of listeners.splice(0)) await listener.close();
});

async function portOf(mode: ListenOptions["mode"] & string): Promise<number> {
  const listener = await listen({ port: 0, host, mode, tls: SERVER_TLS }, async (transport) => {
    await transport.write([bytes(mode)]);
    await transport.end();
  });
  listeners.push(listener);
  return listener.port;
}

async function closedPort(): Promise<number> {
  const listener = await listen({ port: 0, host }, () => undefined);
  await listener.close();
  await listener.closed;
  return listener.port;
}

async function reached(ports: ServicePorts): Promise<string> {
  const transport = await connectToService({ service: "imap", host, ports, serverName: SERVER_NAME, tls: CLIENT_TLS });
  const told = await readText(transport);
  transport.abort();
  return `${told}, ${transport.info.secure ? "secure" : "in clear"}`;
}

test("implicit TLS comes first", async () => {
  expect(await reached({ implicit: await portOf("implicit"), starttls: await portOf("plaintext") })).toBe("implicit, secure");
});

test("where nobody listens for it, STARTTLS is to be asked for", async () => {
  expect(await reached({ implicit: await closedPort(), starttls: await portOf("plaintext") })).toBe("plaintext, in clear");
});

test("a server that cannot be trusted is not asked in another way", async () => {
  const ports = { implicit: await portOf("implicit"), starttls: await portOf("plaintext") };
  const connecting = connectToService({ service: "pop3", host, ports, serverName: SERVER_NAME, tls: STRANGER_TLS });
  await expect(connecting).rejects.toMatchObject({ name: "ConnectionError", code: "tls" });
});

test("nobody anywhere is an error", async () => {
  await expect(reached({ implicit: await closedPort(), starttls: await closedPort() })).rejects.toMatchObject({ code: "transport" });
});

test("the ports are those of RFC 8314", () => {
  expect(Object.values(SERVICE_PORTS).map(({ implicit }) => implicit)).toEqual([465, 993, 995]);
});
