// curl and swaks as proxies: their headers of the PROXY protocol in front of SMTP, in clear and before implicit TLS.

import { join } from "node:path";
import { readFile, writeFile } from "node:fs/promises";
import { MailServer } from "@mailwire/server";
import { serveSmtp } from "@mailwire/smtp/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Certificate, makeCertificate } from "../src/certificate.ts";
import { mustRun } from "../src/program.ts";
import { makeScratch, removeScratch } from "../src/scratch.ts";

let scratch: string;
let certificate: Certificate;
let server: MailServer;
const errors: unknown[] = [];

beforeAll(async () => {
  scratch = await makeScratch();
  certificate = await makeCertificate(scratch);
  server = new MailServer({ onError: (error) => errors.push(error) });
});

afterAll(async () => {
  await server.close(1_000);
  await removeScratch(scratch);
});

test.each([
  ["smtp", "plaintext"],
  ["smtps", "implicit"],
] as const)("curl says by %s whose connection it is", async (scheme, mode) => {
  const heard: object[] = [];
  const protocol = {
    protocol: scheme,
    serve: (transport: Parameters<typeof serveSmtp>[0]) =>
      serveSmtp(transport, {
        hostname: "mx.example",
        onMail: (_request, { info: { secure, remote, local } }) => void heard.push({ secure, remote, local }),
      }),
  };
  const tls = { cert: certificate.cert, key: await readFile(certificate.keyFile) };
  const seen: (string | undefined)[] = [];
  const trusts = ({ remote }: { readonly remote?: string }): boolean => seen.push(remote) > 0;
  const { port } = await server.listen(protocol, { host: "127.0.0.1", port: 0, mode, tls, proxyProtocol: { trusts } });
  const file = join(scratch, "message.eml");
  await writeFile(file, "Subject: by proxy\r\n\r\nHello\r\n");
  const envelope = ["--mail-from", "bob@example.test", "--mail-rcpt", "alice@example.test", "-T", file];
  const url = `${scheme}://127.0.0.1:${port}/client.example`;
  await mustRun(["curl", "-sS", "--max-time", "20", "--cacert", certificate.certFile, "--haproxy-protocol", url, ...envelope]);
  // curl speaks for itself, so that both accounts of the connection agree.
  expect(heard).toEqual([{ secure: mode === "implicit", remote: seen[0], local: `127.0.0.1:${port}` }]);
  expect(errors).toEqual([]);
});

test.each(["1", "2"])("swaks says by version %s whom it speaks for", async (version) => {
  const heard: object[] = [];
  const protocol = {
    protocol: "smtp",
    serve: (transport: Parameters<typeof serveSmtp>[0]) =>
      serveSmtp(transport, {
        hostname: "mx.example",
        onMail: (_request, { info: { remote, local } }) => void heard.push({ remote, local }),
      }),
  };
  const { port } = await server.listen(protocol, { host: "127.0.0.1", port: 0, proxyProtocol: { trusts: () => true } });
  const family = version === "1" ? "TCP4" : "AF_INET";
  const from = ["--proxy-source", "192.0.2.7", "--proxy-source-port", "4321", "--proxy-dest", "192.0.2.25", "--proxy-dest-port", "25"];
  const proxy = ["--proxy-version", version, "--proxy-family", family, "--proxy-protocol", "STREAM", "--proxy-command", "PROXY", ...from];
  const envelope = ["--from", "bob@example.test", "--to", "alice@example.test"];
  await mustRun(["swaks", "--server", "127.0.0.1", "-p", String(port), "--timeout", "10", ...proxy, ...envelope]);
  expect(heard).toEqual([{ remote: "192.0.2.7:4321", local: "192.0.2.25:25" }]);
});
