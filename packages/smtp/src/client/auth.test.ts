import { loginClient, loginServer, plainClient, plainServer } from "@mailwire/sasl";
import { latin1, type Secret, utf8 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { attend, MAIL, meet, promised } from "../../test/meeting.ts";
import { type SmtpServerOptions } from "../server.ts";

/** Of mechanisms that are content with any success. */
const finish = (): void => undefined;

describe("AUTH", () => {
  const verify = ({ user, password }: { user: string; password: Secret<string> }): Promise<string | undefined> =>
    Promise.resolve(password.reveal() === "geheim" ? user : undefined);
  const mechanisms = [plainServer(verify), loginServer(verify)];

  test.each([plainClient, loginClient])("%o makes the client someone", async (mechanism) => {
    const identities: unknown[] = [];
    const server: Partial<SmtpServerOptions> = {
      mechanisms,
      requireAuth: true,
      onMail: (_, peer) => {
        identities.push(peer.identity);
        return undefined;
      },
    };
    const { client } = await meet({ server });
    await expect(client.sendMail(MAIL)).rejects.toMatchObject({ reply: { code: 530 } });
    await expect(client.auth(mechanism({ user: "tim", password: "wrong" }))).rejects.toMatchObject({
      command: "AUTH",
      reply: { code: 535 },
    });
    expect((await client.auth(mechanism({ user: "tim", password: "geheim" }))).code).toBe(235);
    await client.sendMail(MAIL);
    expect(identities).toEqual(["tim"]);
    await expect(client.auth(mechanism({ user: "tim", password: "geheim" }))).rejects.toMatchObject({ reply: { code: 503 } });
  });

  test("is not offered in clear unless that is asked for", async () => {
    const { client } = await meet({ secure: false, client: { allowPlaintext: true }, server: { mechanisms } });
    expect(client.extensions.authMechanisms).toEqual([]);
    await expect(client.auth(plainClient({ user: "a", password: "b" }))).rejects.toMatchObject({
      side: "local",
      code: "mechanism-not-offered",
    });
    const { client: careless } = await meet({
      secure: false,
      client: { allowPlaintext: true },
      server: { mechanisms, allowPlaintextAuth: true },
    });
    await careless.auth(plainClient({ user: "a", password: "geheim" }));
  });

  test("is cancelled when the mechanism gives up", async () => {
    const { client } = await meet({
      server: {
        mechanisms: [
          {
            name: "X",
            plaintext: false,
            start: () => ({ mechanism: "X", next: () => Promise.resolve({ type: "challenge", data: utf8("?") }) }),
          },
        ],
      },
    });
    const next = (): Promise<never> => Promise.reject(new Error("I do not know"));
    const mechanism = { mechanism: "X", start: () => Promise.resolve(null), next, finish };
    await expect(client.auth(mechanism)).rejects.toThrow("I do not know");
    await expect(client.auth({ ...mechanism, next: () => Promise.reject(new Error("text")) })).rejects.toThrow("text");
    await client.noop();
  });

  test("carries what the server has to say at the end", async () => {
    const heard: string[] = [];
    const { client } = await meet({
      server: {
        mechanisms: [
          {
            name: "X",
            plaintext: false,
            start: () => ({ mechanism: "X", next: () => Promise.resolve({ type: "success", identity: "tim", data: utf8("v=1") }) }),
          },
        ],
      },
    });
    const next = (challenge: Uint8Array): Promise<Uint8Array> => {
      heard.push(latin1(challenge));
      return Promise.resolve(new Uint8Array());
    };
    expect((await client.auth({ mechanism: "X", start: () => Promise.resolve(new Uint8Array()), next, finish })).code).toBe(235);
    expect(heard).toEqual(["v=1"]);
  });

  test("that cannot be checked is 451, and reported", async () => {
    const errors: unknown[] = [];
    const { client } = await meet({
      server: { mechanisms: [plainServer(() => Promise.reject(new Error("database")))], onError: (error) => errors.push(error) },
    });
    await expect(client.auth(plainClient({ user: "a", password: "b" }))).rejects.toMatchObject({ reply: { code: 451 } });
    expect(errors).toMatchObject([{ message: "database" }]);
  });

  test("takes turns with mails", async () => {
    const identities: unknown[] = [];
    const { client } = await meet({ server: { mechanisms, onMail: (_, peer) => void identities.push(peer.identity) } });
    await Promise.all([
      client.sendMail(MAIL),
      client.auth(loginClient({ user: "tim", password: "geheim" })),
      client.sendMail(MAIL),
      client.noop(),
      client.quit(),
    ]);
    expect(identities).toEqual([undefined, "tim"]);
  });

  test("ends with the connection while the mechanism thinks", async () => {
    const asked = promised<undefined>();
    const thought = promised<Uint8Array>();
    const { client, person } = await attend(["AUTH X"]);
    const next = (): Promise<Uint8Array> => {
      asked.resolve(undefined);
      return thought.promise;
    };
    const failure = client.auth({ mechanism: "X", start: () => Promise.resolve(null), next, finish }).catch((error: unknown) => error);
    await person.replies("334 ");
    await asked.promise;
    client.abort(new Error("enough"));
    expect(await failure).toMatchObject({ name: "ConnectionError", code: "aborted" });
    thought.resolve(new Uint8Array());
    await expect(client.noop()).rejects.toBe(await failure);
  });

  test("is refused as it goes, and the connection stays", async () => {
    const { client, person } = await attend(["AUTH LOGIN"]);
    const failure = client.auth(loginClient({ user: "tim", password: "geheim" })).catch((error: unknown) => error);
    expect(await person.replies("334 ", "454 Not now")).toEqual(["AUTH LOGIN", "dGlt"]);
    expect(await failure).toMatchObject({ command: "AUTH", reply: { code: 454 } });
    const noop = client.noop();
    await person.replies("250 Ok");
    await noop;
  });

  test("fails with what a mechanism threw, even when that is no error", async () => {
    const { client } = await meet({ server: { mechanisms } });
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- whatever a mechanism rejects with
    const next = (): Promise<Uint8Array> => Promise.reject("text");
    const failure = await client
      .auth({ mechanism: "LOGIN", start: () => Promise.resolve(null), next, finish })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: "text", cause: "text" });
  });
});
