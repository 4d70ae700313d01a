import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
import { tick } from "../harness/flow.mjs";
const Pop3Command = ((m) => m.default || m)(require("node-pop3"));
const version = "0.11.0";
export default {
  name: "node-pop3",
  kind: "peer",
  version,
  codec: {
    // RETR as a user gets it: the multi-line stream joined to one string (helper.stream2String)
    async dotDecode(chunks, sink) {
      const c = new Pop3Command({ host: "127.0.0.1", user: "x", password: "x" });
      const s = c._updateStream();
      const done = Pop3Command.stream2String(s);
      let i = 0;
      for (const b of chunks) {
        if (!c._stream) break;
        c._pushStream(b);
        if (++i % 8 === 0) await tick();
      }
      if (c._stream) c._endStream(); // terminator split over chunks is missed by the package
      const str = await done;
      sink(Buffer.from(str));
    },
  },
  session: {
    async popClient({ host, port, user, pass, mode, count }) {
      const c = new Pop3Command({ host, port, user, password: pass });
      let messages = 0;
      let bytes = 0;
      if (mode === "noop") {
        await c.NOOP();
        const t = process.hrtime.bigint();
        for (let i = 0; i < count; i++) await c.NOOP();
        const ms = Number(process.hrtime.bigint() - t) / 1e6;
        await c.QUIT();
        return { messages: count, bytes: 0, innerMs: ms };
      }
      if (mode !== "seq") return null;
      await c.STAT();
      for (let i = 1; i <= count; i++) {
        const s = await c.RETR(i);
        messages++;
        bytes += s.length;
      }
      await c.QUIT();
      return { messages, bytes };
    },
  },
};
