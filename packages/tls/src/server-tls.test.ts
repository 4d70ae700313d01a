import { createSecureContext } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { CLIENT_TLS, SELF_SIGNED, SERVER_NAME, SERVER_TLS } from "../test/certificates.ts";
import { bytes, readText } from "../test/bytes.ts";
import { connect } from "./connect.ts";
import { listen } from "./listen.ts";
import type { Listener } from "./listen.ts";
import { ServerTls } from "./server-tls.ts";

const host = "127.0.0.1";
const listeners: Listener[] = [];
afterEach(async () => {
  for (const listener of listeners.splice(0)) await listener.close();
});

type Mode = "implicit" | "plaintext";

/** Serves with TLS in either way, until the client ends. */
async function serve(mode: Mode, tls: ServerTls): Promise<number> {
  const listener = await listen({ port: 0, host, mode, tls }, async (transport) => {
    const inside =
      mode === "implicit" ? transport : await transport.startTls?.({ side: "server", reply: bytes("220 go\r\n"), tls: undefined });
    await inside?.write([bytes("hello")]);
    await inside?.read();
    inside?.abort();
  });
  listeners.push(listener);
  return listener.port;
}

async function certificateAt(port: number, mode: Mode): Promise<Uint8Array | undefined> {
  const tls = { ...CLIENT_TLS, rejectUnauthorized: false };
  const transport = await connect({ host, port, mode: mode === "implicit" ? "implicit" : "starttls", serverName: SERVER_NAME, tls });
  if (mode === "plaintext") await readText(transport, 8);
  const inside = mode === "implicit" ? transport : await transport.startTls?.({ side: "client", serverName: SERVER_NAME });
  expect(inside && (await readText(inside, 5))).toBe("hello");
  inside?.abort();
  return inside?.info.tls?.peerCertificate;
}

describe.each<[Mode]>([["implicit"], ["plaintext"]])("a certificate is renewed, %s", (mode) => {
  test("for the handshakes that begin from then on", async () => {
    const tls = new ServerTls(SERVER_TLS);
    const port = await serve(mode, tls);
    const before = await certificateAt(port, mode);
    expect(await certificateAt(port, mode)).toEqual(before);
    tls.renew(SELF_SIGNED);
    const after = await certificateAt(port, mode);
    expect(after).toBeDefined();
    expect(after).not.toEqual(before);
  });
});

test("one that is no good is told at once, and changes nothing", () => {
  const tls = new ServerTls(SERVER_TLS);
  const broken = { key: SERVER_TLS.key, cert: SELF_SIGNED.cert };
  expect(() => tls.renew(broken)).toThrow(expect.objectContaining({ side: "local", code: "bad-tls-options" }));
  expect(tls.options).toBe(SERVER_TLS);
  expect(() => new ServerTls(broken)).toThrow("no handshake can be made");
});

test("SNICallback chooses a certificate by the name that the client wants", async () => {
  const asked: string[] = [];
  const other = createSecureContext(SELF_SIGNED);
  const tls = new ServerTls({
    ...SERVER_TLS,
    SNICallback: (name, callback) => {
      asked.push(name);
      callback(null, name === "other.example" ? other : undefined);
    },
  });
  const port = await serve("implicit", tls);
  const certificate = async (serverName: string): Promise<Uint8Array | undefined> => {
    const transport = await connect({ host, port, mode: "implicit", serverName, tls: { rejectUnauthorized: false } });
    transport.abort();
    return transport.info.tls?.peerCertificate;
  };
  expect(await certificate(SERVER_NAME)).not.toEqual(await certificate("other.example"));
  expect(asked).toEqual([SERVER_NAME, "other.example"]);
});
