// Python's aiosmtpd on a free loopback port, with STARTTLS and AUTH. It tells what it took. Debian: python3-aiosmtpd.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Certificate } from "./certificate.ts";

/** A message as aiosmtpd has it. */
interface TakenMessage {
  readonly from: string;
  readonly to: readonly string[];
  /** The parameters of MAIL, in capitals, by name. */
  readonly parameters: Readonly<Record<string, string | true>>;
  /** Who logged in. */
  readonly identity: string | null;
  /** Latin1. */
  readonly content: string;
}

/** A running aiosmtpd; user bob/secret2. */
export interface Aiosmtpd {
  readonly smtp: number;
  /** Messages taken so far. */
  readonly taken: readonly TakenMessage[];
  stop(): Promise<void>;
}

/** Starts it; it offers `extensions` besides its own, and takes their parameters. */
export async function startAiosmtpd(certificate: Certificate, extensions: readonly string[] = []): Promise<Aiosmtpd> {
  const argv = ["-c", SERVER, certificate.certFile, certificate.keyFile, ...extensions];
  const child = spawn("/usr/bin/python3", argv, { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface(child.stdout);
  const failed = once(child, "exit").then(() => Promise.reject(new Error("aiosmtpd did not start")));
  const [port] = (await Promise.race([once(lines, "line"), failed])) as [string];
  failed.catch(() => undefined);
  const taken: TakenMessage[] = [];
  lines.on("line", (line) => taken.push(JSON.parse(line) as TakenMessage));
  return {
    smtp: Number(port),
    taken,
    stop: async () => {
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

const SERVER = `
import asyncio, json, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult

tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
tls.load_cert_chain(sys.argv[1], sys.argv[2])
offered = sys.argv[3:]
keywords = {"DELIVERBY": ["BY"], "MT-PRIORITY": ["MT-PRIORITY"], "FUTURERELEASE": ["HOLDFOR", "HOLDUNTIL"], "NO-SOLICITING": ["SOLICIT"]}
ours = {name for extension in offered for name in keywords.get(extension.split()[0], [])}

class Server(SMTP):
    def _getparams(self, params):
        known = dict(param.partition("=")[::2] for param in params if param.partition("=")[0] in ours)
        self.asked = {**known, **(super()._getparams([p for p in params if p.partition("=")[0] not in known]) or {})}
        return {name: value for name, value in self.asked.items() if name not in known}

    async def smtp_MAIL(self, arg):
        await super().smtp_MAIL(arg)
        self.mail = self.asked

class Handler:
    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        return responses[:-1] + ["250-" + extension for extension in offered] + responses[-1:]

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such user"
        if address.startswith("later@"):
            return "450 4.2.1 come again"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server, session, envelope):
        taken = dict(to=envelope.rcpt_tos, parameters=server.mail, identity=session.auth_data, content=envelope.content.decode("latin1"))
        print(json.dumps({"from": envelope.mail_from, **taken}), flush=True)
        return "250 2.0.0 taken"

def authenticate(server, session, envelope, mechanism, data):
    success = data.login == b"bob" and data.password == b"secret2"
    return AuthResult(success=success, handled=success, auth_data="bob")

async def main():
    make = lambda: Server(Handler(), tls_context=tls, enable_SMTPUTF8=True, authenticator=authenticate, data_size_limit=1000000, hostname="python.example")
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
`;
