// What every adapter of a runtime's own sockets must do, tried against servers on Node.

import { SmtpClient } from "@mailwire/smtp/client";
import type { ByteTransport } from "@mailwire/wire";
import { describe, expect, inject, test } from "vitest";
import "./peers.ts";
import { SERVER_NAME } from "../src/server-name.ts";
import type { Peers } from "../src/peers.ts";

/** How the adapter connects. */
export interface Adapter {
  /** Connects to 127.0.0.1, and trusts the servers' authority. */
  readonly connect: (
    port: number,
    options?: { mode?: "none" | "starttls" | "implicit"; signal?: AbortSignal; timeoutMs?: number },
  ) => Promise<ByteTransport>;
}

/** The ports of the servers. */
export function ports(): Peers["ports"] {
  return inject("peers").ports;
}

/** Defines the tests. */
export function testAdapter({ connect }: Adapter): void {
  async function say(line: string, port = ports().clear): Promise<ByteTransport> {
    const transport = await connect(port);
    await transport.write([bytes(`${line}\r\n`)]);
    return transport;
  }

  async function upgraded(port = ports().clear, serverName = SERVER_NAME): Promise<ByteTransport> {
    const transport = await say("STARTTLS", port);
    expect(await text(transport, 8)).toBe("220 go\r\n");
    if (transport.startTls === undefined) throw new Error("it cannot upgrade");
    return transport.startTls({ side: "client", serverName });
  }

  describe("in clear", () => {
    test("bytes go both ways, and each end ends by itself", async () => {
      const transport = await say("ECHO");
      expect(transport.info.secure).toBe(false);
      expect(await text(transport, 10)).toBe("220 echo\r\n");
      await transport.write([bytes("NO"), bytes(""), bytes("OP\r\n")]);
      expect(await text(transport, 6)).toBe("NOOP\r\n");
      await transport.end();
      await expect(transport.write([bytes("x")])).rejects.toMatchObject({ name: "ConnectionError", code: "closed" });
      expect(await text(transport)).toBe("221 bye\r\n");
      expect(await transport.read()).toBeNull();
      transport.abort();
    });

    test("32 MiB come whole", async () => {
      expect(await count(await say("MANY"))).toBe(512 * 65_536);
    });

    test("one read at a time, and abort() ends it", async () => {
      const transport = await say("STALL");
      const reading = transport.read();
      await expect(transport.read()).rejects.toMatchObject({ side: "local", code: "concurrent-read" });
      const reason = new Error("enough");
      transport.abort(reason);
      await expect(reading).rejects.toBe(reason);
      await expect(transport.write([bytes("x")])).rejects.toBe(reason);
    });

    test("nobody there, no patience and a signal are typed", async () => {
      await expect(connect(1)).rejects.toMatchObject({ name: "ConnectionError", code: "transport" });
      await expect(connect(ports().clear, { signal: AbortSignal.abort() })).rejects.toMatchObject({
        name: "ConnectionError",
        code: "aborted",
      });
    });
  });

  describe("the upgrade", () => {
    test("secures both ways, and consumes the transport", async () => {
      const transport = await say("STARTTLS");
      expect(await text(transport, 8)).toBe("220 go\r\n");
      const inside = await transport.startTls?.({ side: "client", serverName: SERVER_NAME });
      if (inside === undefined) throw new Error("it cannot upgrade");
      expect(inside.info).toMatchObject({ secure: true, tls: { authorized: true, channelBindings: [] } });
      await expect(transport.read()).rejects.toMatchObject({ name: "ConnectionError", code: "closed" });
      await inside.write([bytes("ECHO\r\n")]);
      expect(await text(inside, 10)).toBe("220 echo\r\n");
      inside.abort();
    });

    test("32 MiB come whole inside", async () => {
      const inside = await upgraded();
      await inside.write([bytes("MANY\r\n")]);
      expect(await count(inside)).toBe(512 * 65_536);
    });

    test("another authority is refused", async () => {
      await expectRefusal(() => upgraded(ports().stranger));
    });

    test("another name is refused", async () => {
      await expectRefusal(() => upgraded(ports().clear, "other.example"));
    });

    test("bytes in clear before the handshake never count as bytes inside", async () => {
      await expectRefusal(async () => {
        const transport = await say("INJECT");
        expect(await text(transport, 8)).toBe("220 go\r\n");
        await new Promise((resolve) => setTimeout(resolve, 200));
        if (transport.startTls === undefined) throw new Error("it cannot upgrade");
        return transport.startTls({ side: "client", serverName: SERVER_NAME });
      });
    });

    test("not while a read is outstanding, not as a server, not with options that would be ignored", async () => {
      const waiting = await say("STALL");
      const reading = waiting.read().catch((error: unknown) => error);
      await expect(waiting.startTls?.({ side: "client", serverName: SERVER_NAME })).rejects.toMatchObject({ code: "concurrent-read" });
      expect(await reading).toMatchObject({ name: "ProtocolError" });
      const server = await say("STALL");
      await expect(server.startTls?.({ side: "server", reply: bytes("220 go\r\n"), tls: {} })).rejects.toMatchObject({
        code: "cannot-upgrade",
      });
      const other = await say("STALL");
      const tls = { rejectUnauthorized: false };
      await expect(other.startTls?.({ side: "client", serverName: SERVER_NAME, tls })).rejects.toMatchObject({ code: "bad-tls-options" });
    });
  });

  test("implicit TLS", async () => {
    const transport = await connect(ports().implicit, { mode: "implicit" });
    expect(transport.info).toMatchObject({ secure: true, tls: { authorized: true } });
    expect("startTls" in transport).toBe(false);
    await transport.write([bytes("ECHO\r\n")]);
    expect(await text(transport, 10)).toBe("220 echo\r\n");
    transport.abort();
  });

  test("mail goes to the reference server by STARTTLS", async () => {
    const client = await SmtpClient.open(await connect(ports().smtp), { hostname: "client.example", serverName: SERVER_NAME });
    const body = bytes("Subject: hello\r\n\r\nFrom another runtime.\r\n");
    const { reply } = await client.sendMail({ from: "tim@example.org", to: ["alice@mail.example"], body });
    expect(reply.code).toBe(250);
    await client.quit();
  });
}

/** Some runtimes tell only at the first read that a handshake failed. */
async function expectRefusal(upgrade: () => Promise<ByteTransport>): Promise<void> {
  const reading = upgrade().then((inside) => inside.read());
  await expect(reading).rejects.toMatchObject({ name: "ConnectionError" });
}

async function text(transport: ByteTransport, length = Infinity): Promise<string> {
  let read = "";
  while (read.length < length) {
    const chunk = await transport.read();
    if (chunk === null) break;
    read += new TextDecoder().decode(chunk);
  }
  return read;
}

async function count(transport: ByteTransport): Promise<number> {
  let total = 0;
  for (let chunk = await transport.read(); chunk !== null; chunk = await transport.read()) total += chunk.length;
  return total;
}

function bytes(words: string): Uint8Array {
  return new TextEncoder().encode(words);
}
