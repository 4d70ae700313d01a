// Every mechanism that our servers offer, by clients that others wrote: gsasl, curl, swaks, msmtp, mpop and Python.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Certificate, makeCertificate, makeClientCertificate } from "../src/certificate.ts";
import { type Ended, run } from "../src/program.ts";
import { type ReferenceServer, startReferenceServer } from "../src/reference-server.ts";
import { type SaslServers, startSaslServers } from "../src/sasl-server.ts";
import { makeScratch, removeScratch } from "../src/scratch.ts";

type Protocol = keyof SaslServers["ports"];

let scratch: string;
let certificate: Certificate;
let clientCertificate: Certificate;
let servers: SaslServers;

beforeAll(async () => {
  scratch = await makeScratch();
  certificate = await makeCertificate(scratch);
  clientCertificate = await makeClientCertificate(scratch, "alice");
  servers = await startSaslServers(certificate, clientCertificate);
});

beforeEach(() => {
  servers.logins.length = 0;
});

afterAll(async () => {
  await servers.stop();
  await removeScratch(scratch);
});

const ALICE = ["--authentication-id=alice", "--password=secret1"];

describe("gsasl", () => {
  const gsasl = (protocol: "imap" | "smtp", port: number, ...args: readonly string[]): Promise<Ended> => {
    const where = [`--${protocol}`, `--connect=127.0.0.1:${port}`, "--hostname=localhost", `--x509-ca-file=${certificate.certFile}`];
    // Not --starttls: then it says STARTTLS before EHLO.
    return run(["gsasl", "--client", ...where, ...args]);
  };

  test.each(
    (["imap", "smtp"] as const).flatMap((protocol) =>
      ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"].map(
        (mechanism) => [protocol, mechanism] as const,
      ),
    ),
  )("%s: %s, with the right password and a wrong one", async (protocol, mechanism) => {
    // It knows better than to go without channel binding where there is one.
    const unbound = mechanism.endsWith("-PLUS") ? [] : ["--no-cb"];
    const args = [`--mechanism=${mechanism}`, ...unbound];
    const right = await gsasl(protocol, servers.ports[protocol], ...args, ...ALICE);
    expect([right.code, servers.logins]).toEqual([0, [`${mechanism} alice`]]);
    const wrong = await gsasl(protocol, servers.ports[protocol], ...args, "--authentication-id=alice", "--password=wrong");
    expect([wrong.code, servers.logins.length]).toEqual([1, 1]);
  });

  test.each(["imap", "smtp"] as const)("%s: EXTERNAL and ANONYMOUS", async (protocol) => {
    const shown = [`--x509-cert-file=${clientCertificate.certFile}`, `--x509-key-file=${clientCertificate.keyFile}`];
    const external = ["--mechanism=EXTERNAL", "--authorization-id="];
    expect((await gsasl(protocol, servers.ports[protocol], ...external, ...shown)).code).toBe(0);
    expect((await gsasl(protocol, servers.ports[protocol], "--mechanism=ANONYMOUS", "--anonymous-token=sirhc")).code).toBe(0);
    expect(servers.logins).toEqual(["EXTERNAL alice", "ANONYMOUS guest"]);
    expect((await gsasl(protocol, servers.ports[protocol], ...external)).code).toBe(1);
  });

  describe("with the reference server", () => {
    let server: ReferenceServer;
    beforeAll(async () => {
      server = await startReferenceServer(certificate);
    });
    afterAll(() => server.stop());

    test.each([
      ["imap", "imap"],
      ["smtp", "submission"],
    ] as const)("%s: chooses SCRAM with channel binding by itself", async (protocol, port) => {
      const { code, stdout } = await gsasl(protocol, server.ports[port], ...ALICE);
      expect(stdout).toMatch(/^(\. AUTHENTICATE|AUTH) SCRAM-SHA-256-PLUS/m);
      expect(code).toBe(0);
    });
  });
});

describe("curl", () => {
  const curl = (protocol: Protocol, ...args: readonly string[]): Promise<Ended> => {
    const what = protocol === "smtp" ? ["--request", "NOOP"] : [];
    const url = `${protocol}://localhost:${servers.ports[protocol]}/`;
    return run(["curl", "--silent", "--ssl-reqd", "--cacert", certificate.certFile, ...args, ...what, url]);
  };

  describe.each<Protocol>(["imap", "pop3", "smtp"])("%s", (protocol) => {
    test.each(["PLAIN", "LOGIN", "CRAM-MD5"])("%s", async (mechanism) => {
      const options = ["--login-options", `AUTH=${mechanism}`];
      expect((await curl(protocol, "--user", "alice:secret1", ...options)).code).toBe(0);
      expect((await curl(protocol, "--user", "alice:wrong", ...options)).code).toBe(67);
      expect(servers.logins).toEqual([`${mechanism} alice`]);
    });

    test("OAUTHBEARER, with a token that is good and one that is not", async () => {
      expect((await curl(protocol, "--user", "alice", "--oauth2-bearer", "t0ken")).code).toBe(0);
      expect((await curl(protocol, "--user", "alice", "--oauth2-bearer", "stale")).code).toBe(67);
      expect(servers.logins).toEqual(["OAUTHBEARER alice"]);
    });

    test("EXTERNAL", async () => {
      const shown = ["--cert", clientCertificate.certFile, "--key", clientCertificate.keyFile];
      const { code } = await curl(protocol, "--user", "alice:", "--login-options", "AUTH=EXTERNAL", ...shown);
      expect([code, servers.logins]).toEqual([0, ["EXTERNAL alice"]]);
    });
  });
});

describe("swaks", () => {
  test.each(["PLAIN", "LOGIN", "CRAM-MD5"])("%s", async (mechanism) => {
    const swaks = (password: string): Promise<Ended> => {
      const login = ["--auth", mechanism, "--auth-user", "alice", "--auth-password", password];
      return run(["swaks", "--server", `127.0.0.1:${servers.ports.smtp}`, "--tls", ...login, "--quit-after", "AUTH", "--suppress-data"]);
    };
    expect((await swaks("secret1")).code).toBe(0);
    expect((await swaks("wrong")).code).toBe(28);
    expect(servers.logins).toEqual([`${mechanism} alice`]);
  });
});

describe("Python", () => {
  const python = (lines: readonly string[]): Promise<Ended> => {
    const context = `import imaplib, smtplib, ssl, sys; context = ssl.create_default_context(cafile=${JSON.stringify(certificate.certFile)})`;
    return run(["python3", "-c", [context, ...lines].join("\n")]);
  };
  const imap = (): string[] => [`client = imaplib.IMAP4("localhost", ${servers.ports.imap})`, "client.starttls(context)"];
  const smtp = (): string[] => [
    `client = smtplib.SMTP("localhost", ${servers.ports.smtp})`,
    "client.starttls(context=context)",
    "client.ehlo()",
  ];

  test("imaplib: CRAM-MD5, PLAIN", async () => {
    expect((await python([...imap(), 'client.login_cram_md5("alice", "secret1")', "client.select()", "client.logout()"])).code).toBe(0);
    const plain = 'client.authenticate("PLAIN", lambda challenge: b"\\0alice\\0secret1")';
    expect((await python([...imap(), plain, "client.select()", "client.logout()"])).code).toBe(0);
    expect(servers.logins).toEqual(["CRAM-MD5 alice", "PLAIN alice"]);
  });

  test("smtplib: what it chooses, and each by name", async () => {
    expect((await python([...smtp(), 'client.login("alice", "secret1")', "client.quit()"])).code).toBe(0);
    const each = ['client.user, client.password = "alice", "secret1"', "client.auth(sys.argv[1], getattr(client, sys.argv[2]))"];
    for (const [mechanism, method] of [
      ["PLAIN", "auth_plain"],
      ["LOGIN", "auth_login"],
      ["CRAM-MD5", "auth_cram_md5"],
    ]) {
      expect((await python([`sys.argv = ["", "${mechanism}", "${method}"]`, ...smtp(), ...each, "client.quit()"])).code).toBe(0);
    }
    expect(servers.logins).toEqual(["CRAM-MD5 alice", "PLAIN alice", "LOGIN alice", "CRAM-MD5 alice"]);
  });

  test.each([
    ["imaplib", imap, 'client.authenticate("XOAUTH2", lambda challenge: message)', "client.logout()"],
    ["smtplib", smtp, 'client.auth("XOAUTH2", lambda challenge=None: message.decode() if challenge is None else "")', "client.quit()"],
  ])("%s: XOAUTH2", async (_, open, login, end) => {
    const message = (token: string): string => `message = b"user=alice\\1auth=Bearer ${token}\\1\\1"`;
    const good = await python([message("t0ken"), ...open(), login, end]);
    expect([good.code, servers.logins]).toEqual([0, ["XOAUTH2 alice"]]);
    expect((await python([message("stale"), ...open(), login, end])).code).not.toBe(0);
  });
});

describe("msmtp and mpop", () => {
  const common = (): string[] => [
    "--host=localhost",
    "--tls=on",
    "--tls-starttls=on",
    `--tls-trust-file=${certificate.certFile}`,
    "--user=alice",
  ];

  test.each([
    ["plain", "PLAIN"],
    ["login", "LOGIN"],
    ["scram-sha-1", "SCRAM-SHA-1"],
    ["scram-sha-256", "SCRAM-SHA-256"],
    ["external", "EXTERNAL"],
    ["xoauth2", "XOAUTH2"],
    ["oauthbearer", "OAUTHBEARER"],
  ])("%s", async (auth, mechanism) => {
    const secret = mechanism.includes("OAUTH") ? "t0ken" : "secret1";
    const shown =
      mechanism === "EXTERNAL" ? [`--tls-cert-file=${clientCertificate.certFile}`, `--tls-key-file=${clientCertificate.keyFile}`] : [];
    const login = [`--auth=${auth}`, `--passwordeval=echo ${secret}`, ...shown];
    const mail = "Subject: x\n\nx\n";
    const sent = await run(["msmtp", `--port=${servers.ports.smtp}`, ...common(), ...login, "--from=a@b.example", "c@d.example"], {
      input: mail,
    });
    expect([sent.stderr, sent.code, servers.logins]).toEqual(["", 0, [`${mechanism} alice`]]);
    const popped = await run([
      "mpop",
      `--port=${servers.ports.pop3}`,
      ...common(),
      ...login,
      "--delivery=mbox,/dev/null",
      "--uidls-file=/dev/null",
      "--auth-only",
    ]);
    expect([popped.code, servers.logins.length]).toEqual([0, 2]);
  });
});
