import { afterAll, beforeAll, expect, test } from "vitest";
import { writeFileSync } from "node:fs";
import { startDovecot } from "../src/dovecot.ts";
import { startCyrus } from "../src/cyrus.ts";
import { makeScratch } from "../src/scratch.ts";
import { ImapDialogue, commandOf } from "../src/imap-dialogue.ts";
import { SCRIPT } from "../src/imap-script.ts";
import { latin1 } from "@mailwire/wire";
import { encodeResponse, ResponseDecoder } from "@mailwire/imap/codec";
import { isDeepStrictEqual } from "node:util";
import { concat } from "@mailwire/wire";

const DOVECOT = `
mail_plugins = $mail_plugins quota acl zlib
mail_attribute_dict = file:%h/attributes
protocol imap {
  mail_plugins = $mail_plugins imap_quota imap_acl imap_zlib
  imap_metadata = yes
}
plugin {
  quota = count:User quota
  quota_rule = *:storage=100M
  quota_vsizes = yes
  acl = vfile
}
namespace inbox {
  mailbox Sent {
    special_use = \\Sent
    auto = create
  }
}
`;
for (const [name, start] of [["dovecot", async (d: string) => startDovecot(d, DOVECOT)], ["cyrus", async (d: string) => startCyrus(d)]] as const) {
  test(name, async () => {
    const server = await start(await makeScratch());
    const out: string[] = [];
    const log = (s: string): void => void out.push(s);
    try {
      const d = await ImapDialogue.open(server.imap);
      let caps: string[] = [];
      for (const line of SCRIPT) {
        if (line.needs !== undefined && !caps.includes(line.needs)) { log(`SKIP ${line.say}`); continue; }
        const command = commandOf(line.say, line.bodies);
        if (command.name === "unknown") log(`UNKNOWN COMMAND ${line.say}`);
        if (command.name === "unknown" && line.bodies !== undefined) continue;
        const ex = await Promise.race([d.say(command, line.bodies), new Promise<never>((_, r) => setTimeout(() => r(new Error("timeout " + line.say + " " + latin1(d.transcript()).slice(-300))), 5000))]);
        log(`${ex.end.status} ${line.say}`);
        if (line.ends !== "any" && ex.end.status !== (line.ends ?? "OK")) log(`!!!! ${JSON.stringify(ex.end)} ${line.say}`);
        for (const { response, deviations, raw } of ex.responses) {
          if (response.type === "CAPABILITY") caps = [...response.capabilities];
          const bytes = concat(raw);
          if (deviations.length > 0) log(`  DEVIATES ${deviations.map((x) => x.code)} ${latin1(bytes)}`);
          if (JSON.stringify(response, (_, v) => typeof v === "bigint" ? String(v) : v).match(/"(unknown|invalid)"/)) log(`  UNKNOWN ${latin1(bytes)}`);
          const written = concat(encodeResponse(response).map((s) => s.type === "bytes" ? s.bytes : new Uint8Array()));
          if (latin1(written) !== latin1(bytes)) {
            const dec = new ResponseDecoder({ streamLiteralBytes: 1 << 20 });
            dec.push(written);
            const e = dec.next();
            log(`  RESPELLED ${e?.type === "response" && isDeepStrictEqual(e.response, response) ? "equal" : "DIFFERENT"}\n    ${latin1(bytes).slice(0, 700)}    ${latin1(written).slice(0, 700)}`);
          }
        }
      }
      writeFileSync(`/tmp/w/ex/${name}.bytes`, d.transcript());
      d.close();
    } catch (e) { log(String(e)); } finally {
      writeFileSync(`/tmp/w/ex/${name}.log`, out.join("\n"));
      await server.stop();
    }
    expect(1).toBe(1);
  });
}
