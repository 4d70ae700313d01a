import type { ByteTransport } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { ToySession, driven, isSettled, readText, say } from "../test/toy-session.ts";
import { drive } from "./drive.ts";
import type { DriveOptions } from "./driver.ts";
import { memoryPair } from "./memory-pair.ts";

function expectFailure(promise: Promise<unknown>, failure: object): Promise<void> {
  return expect(promise).rejects.toMatchObject(failure);
}

describe("start-tls", () => {
  const CLIENT: NonNullable<DriveOptions["tls"]> = { side: "client", serverName: "mail.example" };
  const SERVER: NonNullable<DriveOptions["tls"]> = { side: "server", tls: {} };

  test("upgrades both ends, tells the sessions, and the conversation goes on inside", async () => {
    const [transport, peer] = memoryPair();
    const serving = drive(new ToySession(), transport, { tls: SERVER });
    await say(peer, "TLS\n");
    const served = serving.next();
    expect(await readText(peer, 3)).toBe("go\n");
    const asking = drive(new ToySession(), peer, { tls: CLIENT });
    asking.send("TLS");
    expect(await asking.next()).toBe("tls TLSv1.3");
    expect(await served).toBe("tls TLSv1.3");
    expect(asking.info).toMatchObject({ secure: true });
    expect(serving.info).toMatchObject({ secure: true });
    asking.send("inside");
    await asking.flush();
    expect(await serving.next()).toBe("inside");
  });

  test("fails typed when it was not prepared, or the transport cannot", async () => {
    for (const [secure, options] of [
      [false, {}],
      [true, { tls: SERVER }],
    ] as const) {
      const [transport, peer] = memoryPair({ secure });
      const driver = drive(new ToySession(), transport, options);
      await say(peer, "TLS\n");
      await expect(driver.next()).rejects.toMatchObject({ name: "ConnectionError", code: "tls" });
      expect((await driver.closed).reason).toBe("tls");
      await expect(peer.read()).rejects.toMatchObject({ code: "transport" });
    }
  });

  test("fails when bytes in clear are waiting", async () => {
    const { driver, peer } = driven({ drive: { tls: SERVER } });
    await say(peer, "TLS\n");
    await say(peer, "injected\n");
    await expect(driver.next()).rejects.toMatchObject({ side: "remote", code: "starttls-injection" });
    expect((await driver.closed).reason).toBe("protocol");
  });

  test("fails while a read is outstanding", async () => {
    const { driver } = driven({ drive: { tls: CLIENT } });
    const next = expectFailure(driver.next(), { code: "tls" });
    await isSettled(Promise.resolve());
    driver.send("TLS");
    await next;
  });

  test("fails typed on whatever the transport rejects with, and on an upgrade that does not say what it is", async () => {
    const cause = new Error("alert");
    const [plain] = memoryPair();
    const outcomes: [() => Promise<ByteTransport>, object][] = [
      [() => Promise.reject(cause), { code: "tls", cause }],
      [() => Promise.resolve(plain), { code: "tls" }],
    ];
    for (const [startTls, failure] of outcomes) {
      const [transport] = memoryPair();
      transport.startTls = startTls;
      const driver = drive(new ToySession(), transport, { tls: CLIENT });
      driver.send("TLS");
      await expect(driver.next()).rejects.toMatchObject({ name: "ConnectionError", ...failure });
    }
  });

  test("an abort ends the handshake", async () => {
    const { driver, peer } = driven({ drive: { tls: SERVER } });
    await say(peer, "TLS\n");
    const next = expectFailure(driver.next(), { code: "aborted", cause: "enough" });
    await readText(peer, 3);
    driver.abort("enough");
    await next;
  });

  test("a handshake that stalls ends at its deadline, where there is a farewell as well", async () => {
    const patience = { ms: 20, farewell: new TextEncoder().encode("too late\n") };
    const { driver, peer } = driven({ drive: { tls: SERVER }, patience });
    await say(peer, "TLS\n");
    const next = expectFailure(driver.next(), { name: "ConnectionError", code: "timeout" });
    await readText(peer, 3);
    await next;
    await expect(peer.read()).rejects.toMatchObject({ code: "transport" });
  });
});
