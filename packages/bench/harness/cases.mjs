// What each codec case feeds in, and what must come out. Used by the worker and by check.mjs.
import * as gen from "./gen.mjs";

const MiB = 1 << 20;
function dot(spec, scale) {
  const [, kind, chunkS] = spec.case.split(":");
  const chunk = Number(chunkS);
  let size = spec.size * MiB;
  if (chunk < 16) size = Math.min(size, 2 * MiB);
  else if (chunk < 512) size = Math.min(size, 16 * MiB);
  size = Math.max(4096, Math.round(size * scale));
  const raw = gen.body(kind, size);
  const wire = gen.stuff(raw);
  return { raw, wire, chunk };
}
export function prepare(spec, scale = 1) {
  if (spec.bench === "dotstuff") {
    const enc = spec.case.startsWith("enc");
    const { raw, wire, chunk } = dot(spec, scale);
    const input = enc ? raw : wire;
    const n = raw.length;
    const crlf = raw[n - 2] === 13 && raw[n - 1] === 10;
    const out = enc ? wire : crlf ? raw : Buffer.concat([raw, Buffer.from("\r\n")]);
    return {
      op: enc ? "dotEncode" : "dotDecode",
      bytes: input.length,
      units: Math.ceil(input.length / chunk),
      unit: "chunks",
      chunks: gen.slices(input, chunk),
      expectBytes: out.length,
      out,
    };
  }
  if (spec.bench === "imap") {
    const kind = spec.case;
    const chunk = spec.chunk || 16384;
    const N = (k) => Math.max(50, Math.round(k * scale));
    if (kind === "literal") {
      const l = gen.imapLiteral(Math.round(spec.size * MiB * scale), chunk);
      return {
        op: "imapResponses",
        kind,
        bytes: l.bytes,
        units: 1,
        unit: "responses",
        chunks: { [Symbol.iterator]: () => l.chunks() },
        expect: l.expect,
      };
    }
    const g =
      kind === "flags"
        ? gen.imapFlags(N(100000))
        : kind === "envelopes"
          ? gen.imapEnvelopes(N(20000))
          : kind === "headers"
            ? gen.imapHeaders(N(20000))
            : kind === "search"
              ? gen.imapSearch(N(1000000))
              : gen.imapEsearch(N(200000));
    const units = g.expect.count || g.expect.n;
    return {
      op: "imapResponses",
      kind,
      bytes: g.buf.length,
      units,
      unit: g.expect.count ? "numbers" : "responses",
      chunks: gen.slices(g.buf, chunk),
      expect: g.expect,
    };
  }
  if (spec.bench === "smtp") {
    const [what, how] = spec.case.split(":");
    const n = Math.max(100, Math.round(200000 * scale));
    const g = what === "replies" ? gen.smtpReplies(n) : gen.smtpCommands(n);
    let chunks;
    if (how === "each") {
      // one chunk per reply or command, as with lock-step traffic
      chunks = [];
      let a = 0;
      for (let p = g.buf.indexOf(10); p !== -1; p = g.buf.indexOf(10, p + 1)) {
        let ls = p;
        while (ls > a && g.buf[ls - 1] !== 10) ls--;
        if (what === "replies" && g.buf[ls + 3] === 45) continue;
        chunks.push(g.buf.subarray(a, p + 1));
        a = p + 1;
      }
    } else chunks = gen.slices(g.buf, Number(how));
    return {
      op: what === "replies" ? "smtpReplies" : "smtpCommands",
      bytes: g.buf.length,
      units: g.lines,
      unit: "lines",
      chunks,
      expect: g.expect,
    };
  }
  if (spec.bench === "pop3") {
    const [what, chunk] = spec.case.split(":");
    const isMessages = what === "messages";
    const n = Math.max(20, Math.round((isMessages ? 2000 : 1000) * scale));
    const body = gen.body("mixed", 10240, spec.seed ?? 1);
    const answer = isMessages ? Buffer.concat([Buffer.from("+OK\r\n"), gen.stuff(body)]) : Buffer.from("+OK\r\n");
    const wire = Buffer.concat(Array(n).fill(answer));
    return {
      op: isMessages ? "popMessages" : "popReplies",
      bytes: wire.length,
      units: n,
      unit: what,
      chunks: gen.slices(wire, Number(chunk)),
      expect: isMessages ? { n, bytes: n * body.length } : { n },
    };
  }
  throw new Error("unknown bench " + spec.bench);
}

/** Runs one adapter over prepared data; returns what it saw. */
export async function drive(adapter, data, keep = false) {
  const fn = adapter.codec[data.op];
  if (data.op.startsWith("dot")) {
    let n = 0;
    const parts = keep ? [] : null;
    const sink = (c) => {
      n += c.length;
      if (parts) parts.push(Buffer.from(c));
    };
    const r = fn(data.chunks, sink);
    if (r && r.then) await r;
    const ok = adapter.kind === "limit" || n === data.expectBytes;
    return { ok, seen: { bytes: n }, out: parts && Buffer.concat(parts) };
  }
  if (data.op === "imapResponses") {
    const acc = {};
    for (const k of Object.keys(data.expect)) acc[k] = 0;
    for (const k of ["n", "uid", "flags", "size", "modseq", "subject", "to", "parts", "octets", "bytes", "count", "sum"]) acc[k] ??= 0;
    const digest = adapter.codec.imapDigest;
    const kind = data.kind;
    const r = fn(data.chunks, (resp) => {
      digest(kind, resp, acc);
    });
    if (r && r.then) await r;
    const ok = adapter.kind === "limit" || Object.keys(data.expect).every((k) => acc[k] === data.expect[k]);
    return { ok, seen: acc };
  }
  if (data.op.startsWith("pop")) {
    const acc = { n: 0, bytes: 0 };
    await fn(data.chunks, data.units, (bytes) => {
      acc.n++;
      if (data.op === "popMessages") acc.bytes += bytes;
    });
    return { ok: Object.keys(data.expect).every((k) => acc[k] === data.expect[k]), seen: acc };
  }
  const acc = { n: 0, codes: 0, rcpt: 0 };
  const r =
    data.op === "smtpReplies"
      ? fn(data.chunks, (code) => {
          acc.n++;
          acc.codes += code;
        })
      : fn(data.chunks, (verb) => {
          acc.n++;
          if (verb === "RCPT") acc.rcpt++;
        });
  if (r && r.then) await r;
  const ok = adapter.kind === "limit" || Object.keys(data.expect).every((k) => acc[k] === data.expect[k]);
  return { ok, seen: acc };
}
