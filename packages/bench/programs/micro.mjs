// What the building blocks of a codec cost, in ns of CPU time each (median of --runs, interleaved).
import { cli } from "../harness/cli.mjs";
import { median, spread, table } from "../harness/stats.mjs";
import { save } from "../harness/runner.mjs";
const o = cli({ runs: 9, out: "results/micro.json" });
const big = Buffer.alloc(1 << 20);
for (let i = 0; i < big.length; i++) big[i] = i % 78 === 77 ? 10 : i % 78 === 76 ? 13 : 97 + (i % 26);
const str = big.latin1Slice(0, big.length);
const i32 = new Int32Array(big.buffer, big.byteOffset, big.length >> 2);
const small = Buffer.from("12345678");
const N = 100000;
let keep = 0;
const sum = { x: null };
const ops = {
  "byte loop over 1 KiB (c[i] === 10)": [
    1,
    () => {
      let n = 0;
      for (let i = 0; i < big.length; i++) if (big[i] === 10) n++;
      keep += n;
      return big.length / 1024;
    },
  ],
  "4-byte loop over 1 KiB (Int32Array, any byte < 0x0e)": [
    1,
    () => {
      let n = 0;
      for (let i = 0; i < i32.length; i++) {
        const v = i32[i];
        if (((v - 0x0e0e0e0e) & ~v & 0x80808080) !== 0) n++;
      }
      keep += n;
      return big.length / 1024;
    },
  ],
  "charCodeAt loop over 1 KiB": [
    1,
    () => {
      let n = 0;
      for (let i = 0; i < str.length; i++) if (str.charCodeAt(i) === 10) n++;
      keep += n;
      return str.length / 1024;
    },
  ],
  "latin1Slice of 1 KiB (in 64 KiB pieces)": [
    1,
    () => {
      for (let i = 0; i < big.length; i += 65536) keep += big.latin1Slice(i, i + 65536).length;
      return big.length / 1024;
    },
  ],
  "utf8Slice of 1 KiB (ASCII, 64 KiB pieces)": [
    1,
    () => {
      for (let i = 0; i < big.length; i += 65536) keep += big.utf8Slice(i, i + 65536).length;
      return big.length / 1024;
    },
  ],
  "Buffer.indexOf(10), hit after 78 bytes": [
    1,
    () => {
      let n = 0;
      for (let p = big.indexOf(10); p !== -1; p = big.indexOf(10, p + 1)) n++;
      keep += n;
      return n;
    },
  ],
  "string.indexOf('\\n'), hit after 78 chars": [
    1,
    () => {
      let n = 0;
      for (let p = str.indexOf("\n"); p !== -1; p = str.indexOf("\n", p + 1)) n++;
      keep += n;
      return n;
    },
  ],
  "buf.latin1Slice, 8 bytes": [
    1,
    () => {
      for (let i = 0; i < N; i++) sum.x = big.latin1Slice(i, i + 8);
      return N;
    },
  ],
  'buf.toString("latin1"), 8 bytes': [
    1,
    () => {
      for (let i = 0; i < N; i++) sum.x = big.toString("latin1", i, i + 8);
      return N;
    },
  ],
  "buf.toString() utf8, 8 bytes": [
    1,
    () => {
      for (let i = 0; i < N; i++) sum.x = big.toString("utf8", i, i + 8);
      return N;
    },
  ],
  "string.slice, 8 chars": [
    1,
    () => {
      for (let i = 0; i < N; i++) sum.x = str.slice(i, i + 8);
      return N;
    },
  ],
  "string.slice, 40 chars (sliced string)": [
    1,
    () => {
      for (let i = 0; i < N; i++) sum.x = str.slice(i, i + 40);
      return N;
    },
  ],
  "buf.latin1Slice, 40 bytes": [
    1,
    () => {
      for (let i = 0; i < N; i++) sum.x = big.latin1Slice(i, i + 40);
      return N;
    },
  ],
  "buf.subarray": [
    1,
    () => {
      for (let i = 0; i < N; i++) sum.x = big.subarray(i, i + 40);
      return N;
    },
  ],
  "number from 8 digits, in place": [
    1,
    () => {
      for (let i = 0; i < N; i++) {
        let v = 0;
        for (let k = 0; k < 8; k++) v = v * 10 + small[k] - 48;
        keep += v;
      }
      return N;
    },
  ],
  "number from 8 digits, Number(latin1Slice)": [
    1,
    () => {
      for (let i = 0; i < N; i++) keep += Number(small.latin1Slice(0, 8));
      return N;
    },
  ],
  "{ type, value } object": [
    1,
    () => {
      for (let i = 0; i < N; i++) sum.x = { type: "ATOM", value: str };
      return N;
    },
  ],
  "await of a resolved promise": [
    1,
    async () => {
      for (let i = 0; i < N; i++) await null;
      return N;
    },
  ],
  "setImmediate turn": [
    1,
    async () => {
      for (let i = 0; i < 20000; i++) await new Promise(setImmediate);
      return 20000;
    },
  ],
  "Buffer.concat of two 32 byte buffers": [
    1,
    () => {
      const a = big.subarray(0, 32),
        b = big.subarray(32, 64);
      for (let i = 0; i < N; i++) sum.x = Buffer.concat([a, b]);
      return N;
    },
  ],
  "copy of 76 bytes (buf.copy)": [
    1,
    () => {
      const out = Buffer.alloc(128);
      for (let i = 0; i < N; i++) big.copy(out, 0, i, i + 76);
      return N;
    },
  ],
  "copy of 76 bytes (byte loop)": [
    1,
    () => {
      const out = Buffer.alloc(128);
      for (let i = 0; i < N; i++) {
        for (let k = 0; k < 76; k++) out[k] = big[i + k];
      }
      return N;
    },
  ],
};
const res = {};
for (let r = 0; r < o.runs + 2; r++) {
  for (const [name, [, fn]] of Object.entries(ops)) {
    const c0 = process.cpuUsage();
    const n = await fn();
    const c = process.cpuUsage(c0);
    if (r >= 2) (res[name] ||= []).push(((c.user + c.system) * 1000) / n);
  }
}
const rows = Object.entries(res).map(([k, v]) => [k, median(v), spread(v)]);
console.log(table(["operation", "ns each", "+-%"], rows));
save(o.out, { bench: "micro", summary: rows, keep: keep % 7 });
