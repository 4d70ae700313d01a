import { createRequire } from "node:module";
import { EventEmitter } from "node:events";
const require = createRequire(import.meta.url);
const net = require("node:net");
const { Client } = require("yapople");
const version = require("yapople/package.json").version;
import { tick } from "../harness/flow.mjs";
export default {
  name: "yapople",
  kind: "peer",
  version,
  codec: {
    // its data handler is private, so the socket is faked for one RETR
    async dotDecode(chunks, sink) {
      const sock = new EventEmitter();
      sock.write = () => true;
      sock.end = () => {};
      const real = net.createConnection;
      net.createConnection = () => sock;
      let client;
      try {
        client = new Client({ host: "127.0.0.1", username: "x", password: "x" });
        const ready = client.connect();
        for (let i = 0; i < 3; i++) sock.emit("data", Buffer.from("+OK\r\n"));
        await ready;
      } finally {
        net.createConnection = real;
      }
      let got = null;
      const p = client.retr(1).then((b) => {
        got = b;
      });
      sock.emit("data", Buffer.from("+OK\r\n"));
      let i = 0;
      for (const c of chunks) {
        sock.emit("data", c);
        if (++i % 8 === 0) await tick();
      }
      await tick();
      if (got === null) throw new Error("never saw the end");
      sink(got);
      return p;
    },
  },
  session: {
    async popClient({ host, port, user, pass, mode, count }) {
      if (mode === "noop") return null;
      if (mode !== "seq") return null;
      const c = new Client({ host, port, username: user, password: pass });
      await c.connect();
      let messages = 0;
      let bytes = 0;
      for (let i = 1; i <= count; i++) {
        const b = await c.retr(i);
        messages++;
        bytes += b.length;
      }
      await c.quit();
      return { messages, bytes };
    },
  },
};
