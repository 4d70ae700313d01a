import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
const { Parser } = require("imap/lib/Parser.js");
const Imap = require("imap");
import { source } from "../harness/flow.mjs";
const version = require("imap/package.json").version;

function parts(v, acc) {
  for (const e of v) {
    if (Array.isArray(e)) parts(e, acc);
    else if (e.size !== undefined) {
      acc.parts++;
      acc.octets += Number(e.size);
    }
  }
}
export default {
  name: "node-imap",
  kind: "peer",
  version,
  codec: {
    imapResponses: (chunks, onResponse) =>
      new Promise((resolve, reject) => {
        const src = source(chunks);
        const p = new Parser(src, false);
        let streams = 0;
        let over = false;
        const maybe = () => over && !streams && resolve();
        p.on("untagged", onResponse);
        p.on("body", (s, info) => {
          streams++;
          let bytes = 0;
          s.on("data", (c) => {
            bytes += c.length;
          });
          s.on("end", () => {
            onResponse({ type: "body", info, bytes });
            streams--;
            maybe();
          });
        });
        p.on("tagged", () => {
          over = true;
          maybe();
        });
        src.on("error", reject);
      }),
    imapDigest(kind, r, acc) {
      if (r.type === "body") return void (acc.bytes += r.bytes);
      if (kind === "search") {
        if (r.type !== "search") return false;
        acc.n++;
        acc.count += r.text.length;
        for (let i = 0; i < r.text.length; i++) acc.sum += r.text[i];
        return true;
      }
      if (kind === "esearch") {
        if (r.type !== "esearch") return false;
        acc.n++;
        acc.count += r.text.all.length;
        for (const e of r.text.all) {
          const c = e.indexOf(":");
          acc.sum += c < 0 ? 2 * Number(e) : Number(e.slice(0, c)) + Number(e.slice(c + 1));
        }
        return true;
      }
      if (r.type !== "fetch") return false;
      const m = r.text;
      acc.n++;
      acc.uid += Number(m.uid);
      if (kind === "flags") {
        acc.flags += m.flags.length;
        acc.size += Number(m["rfc822.size"]);
        acc.modseq += Number(m.modseq);
      } else if (kind === "envelopes") {
        acc.subject += m.envelope.subject.length;
        acc.to += m.envelope.to.length;
        parts(m.bodystructure, acc);
      }
      return true;
    },
  },
  session: {
    async imapIdle({ host, port, user, pass, mailbox }) {
      const c = new Imap({ user, password: pass, host, port, tls: false, autotls: "never" });
      await new Promise((res, rej) => {
        c.once("ready", res);
        c.once("error", rej);
        c.connect();
      });
      await new Promise((res, rej) => c.openBox(mailbox, true, (e) => (e ? rej(e) : res())));
      return c;
    },
    async imapClient({ host, port, user, pass, mode, count, mailbox }) {
      const c = new Imap({ user, password: pass, host, port, tls: false, autotls: "never" });
      await new Promise((res, rej) => {
        c.once("ready", res);
        c.once("error", rej);
        c.connect();
      });
      await new Promise((res, rej) => c.openBox(mailbox, true, (e) => (e ? rej(e) : res())));
      let messages = 0;
      let bytes = 0;
      const get = (range) =>
        new Promise((res, rej) => {
          const f = c.seq.fetch(range, { bodies: "" });
          f.on("message", (m) => {
            m.on("body", (s) =>
              s.on("data", (b) => {
                bytes += b.length;
              }),
            );
            m.once("end", () => {
              messages++;
            });
          });
          f.once("error", rej);
          f.once("end", res);
        });
      if (mode === "bulk") await get("1:*");
      else if (mode === "seq") for (let i = 1; i <= count; i++) await get(i);
      else if (mode === "big" || mode === "big-stream") await get(1);
      else {
        // no NOOP: its callback never runs for that command (it is used for keep-alive only)
        c.end();
        return null;
      }
      await new Promise((r) => {
        c.once("end", r);
        c.end();
      });
      return { messages, bytes };
    },
  },
};
