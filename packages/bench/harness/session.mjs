// Starting servers and timing clients, adapters' own and external programs alike.
import { spawn, fork } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { loadImpl, root } from "./load.mjs";
import { child } from "./runner.mjs";

export const HOST = "127.0.0.1";
export function freePort() {
  return new Promise((res, rej) => {
    const s = net
      .createServer()
      .once("error", rej)
      .listen(0, HOST, () => {
        const { port } = s.address();
        s.close(() => res(port));
      });
  });
}
export async function waitPort(port, ms = 20000) {
  const until = Date.now() + ms;
  for (;;) {
    const ok = await new Promise((r) => {
      const s = net
        .connect(port, HOST)
        .once("connect", () => {
          s.destroy();
          r(true);
        })
        .once("error", () => r(false));
    });
    if (ok) return;
    if (Date.now() > until) throw new Error("nothing listens on " + port);
    await new Promise((r) => setTimeout(r, 50));
  }
}
/** As root, programs that must not be root run as nobody. */
export const demote = (argv) =>
  process.getuid() === 0 ? ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", ...argv] : argv;
export const which = (bin) =>
  ["/usr/sbin/", "/usr/bin/", "/usr/local/bin/", "/usr/local/sbin/"].map((d) => d + bin).find((f) => fs.existsSync(f));

export async function startServer(impl, cap, extra = {}) {
  const a = await loadImpl(impl);
  if (!a.session) return null;
  const port = await freePort();
  const args = { host: HOST, port, ...extra };
  if (a.session[cap]) {
    const p = fork(path.join(root, "harness/serve.mjs"), [JSON.stringify({ impl, cap, args })], {
      execArgv: ["--expose-gc", "--no-warnings"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    await new Promise((res, rej) => {
      p.once("message", res);
      p.once("exit", (c) => rej(new Error("server ended with " + c)));
    });
    p.removeAllListeners("exit");
    const ask = (m) =>
      new Promise((res) => {
        p.once("message", res);
        p.send(m);
      });
    return {
      impl,
      kind: a.kind,
      version: a.version,
      port,
      pid: p.pid,
      ask,
      stop: () =>
        new Promise((r) => {
          p.once("exit", r);
          p.kill("SIGKILL");
        }),
    };
  }
  if (a.session[cap + "Cmd"]) {
    const cmd = await a.session[cap + "Cmd"](args);
    if (!cmd) return null;
    const p = spawn(cmd.argv[0], cmd.argv.slice(1), {
      stdio: ["ignore", "ignore", cmd.debug ? "inherit" : "ignore"],
      env: { ...process.env, ...cmd.env },
      cwd: cmd.cwd,
    });
    let dead = false;
    p.once("exit", () => {
      dead = true;
    });
    await waitPort(port).catch((e) => {
      p.kill("SIGKILL");
      throw e;
    });
    return {
      impl,
      kind: a.kind,
      version: a.version,
      port,
      pid: p.pid,
      ask: null,
      stop: () =>
        new Promise((r) => {
          if (dead) return r();
          p.once("exit", r);
          p.kill("SIGTERM");
          setTimeout(() => p.kill("SIGKILL"), 3000).unref();
        }).then(() => cmd.cleanup?.()),
    };
  }
  return null;
}

export async function runClient(impl, cap, args, timeout = 120000) {
  const a = await loadImpl(impl);
  if (!a.session) return { skip: true };
  if (a.session[cap]) return child("harness/client.mjs", { impl, cap, args }, { timeout });
  if (!a.session[cap + "Cmd"]) return { skip: true };
  const cmd = await a.session[cap + "Cmd"](args);
  if (!cmd) return { skip: true };
  const tf = path.join(os.tmpdir(), `time-${process.pid}-${Math.random().toString(36).slice(2)}`);
  const t0 = process.hrtime.bigint();
  const res = await new Promise((r) => {
    const p = spawn("/usr/bin/time", ["-o", tf, "-f", "%U %S %M", ...cmd.argv], {
      stdio: [cmd.stdin ? "pipe" : "ignore", cmd.stdout ? "pipe" : "ignore", "pipe"],
      env: { ...process.env, ...cmd.env },
      detached: true,
    });
    let out = "";
    let err = "";
    p.stdout?.on("data", (d) => {
      out += d;
    });
    p.stderr.on("data", (d) => {
      err += d;
    });
    if (cmd.stdin) p.stdin.end(cmd.stdin);
    // the group: the program runs under /usr/bin/time
    const t = setTimeout(() => {
      try {
        process.kill(-p.pid, "SIGKILL");
      } catch {}
    }, timeout);
    p.on("error", (e) => r({ code: -1, out, err: e.message }));
    p.on("close", (code) => {
      clearTimeout(t);
      r({ code, out, err });
    });
  });
  const ms = Number(process.hrtime.bigint() - t0) / 1e6;
  const times = fs.existsSync(tf) ? fs.readFileSync(tf, "utf8") : "";
  fs.rmSync(tf, { force: true });
  if (res.code !== 0) return { error: `exit ${res.code} ${res.err.slice(-200).replace(/\n/g, " | ")}` };
  const [u, s, m] = times.trim().split("\n").pop().split(" ").map(Number);
  let result = { messages: args.count };
  if (cmd.stdout) result = cmd.parse ? cmd.parse(res.out) : JSON.parse(res.out.trim().split("\n").pop());
  if (result.skip) return { skip: true };
  return {
    ms: result.innerMs ?? ms,
    cpuMs: result.innerCpuMs ?? (u + s) * 1000,
    peakMB: m / 1024,
    result,
    version: a.version,
    kind: a.kind,
  };
}
