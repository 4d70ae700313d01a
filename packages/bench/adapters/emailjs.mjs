// emailjs-imap-handler parses one whole response; the framing here is the least one can do (find LF, look for {n}).
import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
const { parser } = require("emailjs-imap-handler");
import { treeDigest } from "../harness/flow.mjs";
const version = require("emailjs-imap-handler/package.json").version;
export default {
  name: "emailjs-imap-handler",
  kind: "peer",
  version,
  note: "framing by the harness; literals become strings",
  codec: {
    imapResponses(chunks, onResponse) {
      let parts = [];
      let need = 0; // literal bytes to skip
      const flush = (chunk, a, b) => {
        let r = chunk.subarray(a, b);
        if (parts.length) {
          parts.push(r);
          r = Buffer.concat(parts);
          parts = [];
        }
        onResponse(parser(r.subarray(0, r.length - 2)));
      };
      for (const chunk of chunks) {
        let start = 0;
        let pos = 0;
        while (pos < chunk.length) {
          if (need) {
            const n = Math.min(need, chunk.length - pos);
            need -= n;
            pos += n;
            continue;
          }
          const lf = chunk.indexOf(10, pos);
          if (lf < 0) break;
          let m = null;
          if ((lf >= 2 && chunk[lf - 2] === 0x7d) || lf < 24) {
            let seg = chunk.subarray(start, lf + 1);
            for (let k = parts.length - 1; k >= 0 && seg.length < 24; k--) seg = Buffer.concat([parts[k], seg]);
            m = /\{(\d+)\}\r\n$/.exec(seg.latin1Slice(Math.max(0, seg.length - 24), seg.length));
          }
          pos = lf + 1;
          if (m) need = +m[1];
          else {
            flush(chunk, start, pos);
            start = pos;
          }
        }
        if (start < chunk.length) parts.push(chunk.subarray(start));
      }
    },
    imapDigest: treeDigest,
  },
};
