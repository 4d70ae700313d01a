// nodemailer's DataStream transform called directly: what the code costs without the stream around it.
import { createRequire } from "node:module";
import DataStream from "nodemailer/lib/smtp-connection/data-stream.js";
const version = createRequire(import.meta.url)("nodemailer/package.json").version;
const nop = () => {};
export default {
  name: "nodemailer-core",
  kind: "peer",
  version,
  codec: {
    dotEncode(chunks, sink) {
      const s = new DataStream();
      s.push = (c) => (c && sink(c), true);
      for (const c of chunks) s._transform(c, "buffer", nop);
      s._flush(nop);
    },
  },
};
