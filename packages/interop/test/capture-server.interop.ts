// The capture server of examples/capture-server, and what swaks makes of its faults.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { exampleCommand, ROOT, type RunningExample, startExample } from "../src/example.ts";
import { type Ended, run } from "../src/program.ts";
import { makeScratch, removeScratch } from "../src/scratch.ts";

let server: RunningExample | undefined;

afterEach(async () => {
  const code = await server?.stop();
  expect(code).toBe(server && 0);
  server = undefined;
});

async function start(...args: string[]): Promise<void> {
  server = await startExample("capture-server", ["--port", "0", ...args]);
}

const swaks = (...args: string[]): Promise<Ended> =>
  run([
    "swaks",
    "--server",
    "127.0.0.1",
    "-p",
    String(server?.ports.smtp),
    "--from",
    "a@example.org",
    "--to",
    "b@example.com",
    "--timeout",
    "10",
    ...args,
  ]);

describe("without faults", () => {
  test("prints what comes", async () => {
    await start();
    expect((await swaks("--to", "b@example.com,c@example.com", "--h-Subject", "printed")).code).toBe(0);
    await vi.waitFor(() => expect(server?.lines).toContain("Subject: printed"));
    expect(server?.lines[0]).toBe("--- from <a@example.org> to <b@example.com>, <c@example.com>");
  });

  test("saves what comes, each message in a file", async () => {
    const directory = await makeScratch();
    try {
      await start("--save", directory);
      for (const subject of ["one", "two"]) expect((await swaks("--h-Subject", subject)).code).toBe(0);
      expect(await readFile(join(directory, "0001.eml"), "latin1")).toMatch(/^Date: .*\r\n[^]*\r\nSubject: one\r\n/);
      expect(await readFile(join(directory, "0002.eml"), "latin1")).toContain("\r\nSubject: two\r\n");
      expect(server?.lines).toEqual([1, 2].map((number) => `--- from <a@example.org> to <b@example.com> in ${directory}/000${number}.eml`));
    } finally {
      await removeScratch(directory);
    }
  });
});

describe("with the fault", () => {
  test.each<[string, RegExp, number]>([
    ["554 connect Go away", /^<\*\* 554 Go away$/m, 21],
    ["drop connect", /remote host closed connection/i, 6],
    ["450 mail", /^<\*\* 450 As you wish$/m, 23],
    ["550 rcpt No you", /^<\*\* 550 No you$/m, 24],
    ["drop rcpt", /remote host closed connection/i, 6],
    ["451 data Not now", /^<\*\* 451 Not now$/m, 25],
    ["drop data", /^<- {2}354 [^]*remote host closed connection/im, 6],
    ["552 message Too much", /^ -> \.\n<\*\* 552 Too much$/m, 26],
    ["drop message", /^ -> \.\n\*\*\* remote host closed connection/im, 6],
  ])("%s swaks fails", async (fault, heard, code) => {
    await start("--fault", fault);
    const ended = await swaks();
    expect(ended.stdout + ended.stderr).toMatch(heard);
    expect(ended.code).toBe(code);
  });

  test("delay the answer is late", async () => {
    await start("--fault", "delay rcpt 1500");
    const since = performance.now();
    expect((await swaks()).code).toBe(0);
    expect(performance.now() - since).toBeGreaterThan(1_500);
  });

  test("delay a client that does not wait so long gives up, and the server goes on", async () => {
    await start("--fault", "delay rcpt 60000");
    expect((await swaks("--timeout", "1")).code).not.toBe(0);
  });

  test("421 after 2 the third mail of a connection is refused, and a new connection begins anew", async () => {
    await start("--fault", "421 after 2");
    const script = `
import smtplib
for _ in range(2):
    smtp = smtplib.SMTP("127.0.0.1", ${server?.ports.smtp ?? 0})
    for _ in range(2): smtp.sendmail("a@example.org", "b@example.com", "Subject: x\\r\\n\\r\\n")
    try: smtp.sendmail("a@example.org", "b@example.com", "Subject: x\\r\\n\\r\\n")
    except smtplib.SMTPSenderRefused as refused: assert refused.smtp_code == 421, refused
    else: raise AssertionError("a third mail was taken")
`;
    expect(await run(["python3", "-c", script])).toMatchObject({ code: 0, stderr: "" });
  });

  test("several of them each does its part", async () => {
    await start("--fault", "delay mail 500", "--fault", "450 rcpt", "--fault", "drop quit");
    const since = performance.now();
    const { stdout } = await swaks();
    expect(stdout).toMatch(/^<\*\* 450 As you wish$/m);
    expect(performance.now() - since).toBeGreaterThan(500);
  });
});

test.each(["421 never", "delay rcpt", "drop everything", "999 rcpt", "delay rcpt soon", "drop rcpt now"])("%s is no rule", async (rule) => {
  const { code, stderr } = await run([...exampleCommand("capture-server"), "--fault", rule], { cwd: ROOT });
  expect(code).toBe(2);
  expect(stderr).toMatch(/^--fault ".*" is no rule \(--help tells more\)$/m);
});
