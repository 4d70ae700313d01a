// All benchmark inputs, from a seed. Nothing is read from disk.
import { rng } from "./rng.mjs";

const B64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const WORDS =
  "the of and to in is it that for was on are with as his they at be this from have or by one had not but what all were when we there can an your which their said if do will each about how up out them then she many some so these would other into has more her two like him see time could no make than first been its who now people my made over did down only way find use may water long little very after words called just where most know".split(
    " ",
  );

const b64line = (r, n) => {
  let s = "";
  for (let i = 0; i < n; i++) s += B64[r.u32() & 63];
  return s;
};
const textLine = (r, max) => {
  let s = r.pick(WORDS);
  for (;;) {
    const w = r.pick(WORDS);
    if (s.length + w.length + 2 > max) break;
    s += (r.chance(0.08) ? ". " : " ") + w;
  }
  return s;
};

// ---- mail bodies -----------------------------------------------------------------------------
const BODY_KINDS = ["mixed", "dots", "oneline"];
/** Unstuffed body of about `size` bytes; CRLF lines. */
export function body(kind, size, seed = 7) {
  const r = rng(seed);
  if (kind === "oneline") {
    const out = Buffer.alloc(size);
    const unit = Buffer.from(b64line(r, 65521), "latin1");
    for (let i = 0; i < size; i += unit.length) unit.copy(out, i);
    return out;
  }
  const lines = [];
  let n = 0;
  const unitSize = Math.min(size, 1 << 20);
  while (n < unitSize) {
    let l;
    if (kind === "dots") l = "." + b64line(r, 75);
    else if (r.chance(0.6)) l = b64line(r, 76);
    else if (r.chance(0.02)) l = "";
    else if (r.chance(0.01)) l = "." + textLine(r, 70);
    else l = textLine(r, 76);
    lines.push(l);
    n += l.length + 2;
  }
  const unit = Buffer.from(lines.join("\r\n") + "\r\n", "latin1");
  const reps = Math.max(1, Math.round(size / unit.length));
  const out = Buffer.allocUnsafe(unit.length * reps);
  for (let i = 0; i < reps; i++) unit.copy(out, i * unit.length);
  return out;
}
/** A whole message of about `size` bytes. */
export function makeMessage(size) {
  const head = Buffer.from(
    "From: <a@example.com>\r\nTo: <b@example.com>\r\nSubject: bench\r\nMessage-ID: <1@example.com>\r\nDate: Tue, 1 Jul 2025 00:00:00 +0000\r\n\r\n",
  );
  const b = body("mixed", Math.max(size - head.length, 128));
  return Buffer.concat([head, b.subarray(0, Math.max(0, size - head.length - 2)), Buffer.from("\r\n")]);
}
/** RFC 5321 4.5.2 transparency plus the end of data, made the slow and plain way. */
export function stuff(buf) {
  const parts = [];
  let lastEnd = 0;
  if (buf[0] === 0x2e) parts.push(Buffer.from("."));
  for (let p = buf.indexOf("\r\n."); p !== -1; p = buf.indexOf("\r\n.", p + 2)) {
    parts.push(buf.subarray(lastEnd, p + 2), Buffer.from("."));
    lastEnd = p + 2;
  }
  parts.push(buf.subarray(lastEnd));
  const n = buf.length;
  parts.push(Buffer.from(n >= 2 && buf[n - 2] === 13 && buf[n - 1] === 10 ? ".\r\n" : "\r\n.\r\n"));
  return Buffer.concat(parts);
}
export function slices(buf, chunk) {
  const out = [];
  for (let i = 0; i < buf.length; i += chunk) out.push(buf.subarray(i, Math.min(buf.length, i + chunk)));
  return out;
}

// ---- IMAP responses --------------------------------------------------------------------------
const FLAGS = ["\\Seen", "\\Answered", "\\Flagged", "\\Draft", "$Forwarded", "$MDNSent", "NonJunk", "$Label1", "\\Recent"];
const NAMES = [
  "Anna Schmidt",
  "John Doe",
  "Maria Garcia",
  "Li Wei",
  "Peter O. Smith",
  "Support",
  "Build Bot",
  "Newsletter",
  "Kim",
  "Ivan Petrov",
];
const HOSTS = ["example.com", "mail.example.org", "lists.example.net", "corp.example", "xn--bcher-kva.example"];
const flags = (r) => {
  const n = r.int(0, 3);
  const set = new Set();
  for (let i = 0; i < n; i++) set.add(r.pick(FLAGS));
  return [...set];
};

/** (a) n lines: UID, FLAGS, MODSEQ, RFC822.SIZE */
export function imapFlags(n, seed = 11) {
  const r = rng(seed);
  const lines = [];
  const expect = { n: 0, uid: 0, size: 0, flags: 0, modseq: 0 };
  let uid = 1000;
  for (let i = 1; i <= n; i++) {
    uid += r.int(1, 4);
    const f = flags(r);
    const modseq = 60000000 + r.int(0, 99999999);
    const size = r.int(600, 400000);
    lines.push(`* ${i} FETCH (UID ${uid} FLAGS (${f.join(" ")}) MODSEQ (${modseq}) RFC822.SIZE ${size})\r\n`);
    expect.n++;
    expect.uid += uid;
    expect.size += size;
    expect.flags += f.length;
    expect.modseq += modseq;
  }
  lines.push("A1 OK Fetch completed (0.012 + 0.000 secs).\r\n");
  return { buf: Buffer.from(lines.join(""), "latin1"), expect };
}

const q = (s) => '"' + s.replace(/(["\\])/g, "\\$1") + '"';
const addr = (r, n) => {
  let s = "(";
  for (let i = 0; i < n; i++) {
    const name = r.pick(NAMES);
    s += `(${r.chance(0.8) ? q(name) : "NIL"} NIL ${q(name.toLowerCase().replace(/[^a-z]+/g, "."))} ${q(r.pick(HOSTS))})`;
  }
  return s + ")";
};
const month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const p2 = (n) => String(n).padStart(2, "0");

/** (b) n ENVELOPE + BODYSTRUCTURE responses */
export function imapEnvelopes(n, seed = 12) {
  const r = rng(seed);
  const out = [];
  const expect = { n: 0, uid: 0, subject: 0, to: 0, parts: 0, octets: 0 };
  const leaf = (type, sub, params, enc, extra = "") => {
    const octets = r.int(200, 90000);
    expect.parts++;
    expect.octets += octets;
    const lines = type === "text" ? " " + Math.ceil(octets / 70) : "";
    return `(${q(type)} ${q(sub)} ${params} NIL NIL ${q(enc)} ${octets}${lines} NIL ${extra || "NIL"} NIL NIL)`;
  };
  const text = (sub) => leaf("text", sub, '("charset" "utf-8")', r.pick(["quoted-printable", "base64", "7bit"]));
  const alt = () =>
    `(${text("plain")}${text("html")} "alternative" ("boundary" ${q("----=_Part_" + r.u32() + "." + r.u32())}) NIL NIL NIL)`;
  const attach = () => {
    const name = `report-${r.int(1, 9999)} (final).${r.pick(["pdf", "docx", "png", "zip"])}`;
    return leaf(
      "application",
      r.pick(["pdf", "octet-stream", "zip"]),
      `("name" ${q(name)})`,
      "base64",
      `("attachment" ("filename" ${q(name)} "size" "${r.int(1000, 99999)}"))`,
    );
  };
  let uid = 50;
  for (let i = 1; i <= n; i++) {
    uid += r.int(1, 3);
    const f = flags(r);
    const d = r.int(1, 28),
      mo = r.int(0, 11),
      hh = r.int(0, 23),
      mi = r.int(0, 59),
      ss = r.int(0, 59);
    let subject = textLine(r, r.int(12, 90)) + (r.chance(0.1) ? ' "quoted" \\ part' : "");
    const to = r.int(1, 5);
    const cc = r.chance(0.3) ? r.int(1, 3) : 0;
    const from = addr(r, 1);
    const struct = r.chance(0.3)
      ? text("plain")
      : r.chance(0.5)
        ? alt()
        : `(${alt()}${Array.from({ length: r.int(1, 3) }, attach).join("")} "mixed" ("boundary" ${q("b1_" + r.u32().toString(16))}) NIL NIL NIL)`;
    const subj = r.chance(0.02) ? `{${subject.length}}\r\n${subject}` : q(subject);
    out.push(
      `* ${i} FETCH (UID ${uid} FLAGS (${f.join(" ")}) INTERNALDATE "${String(d).padStart(2)}-${month[mo]}-2025 ${p2(hh)}:${p2(mi)}:${p2(ss)} +0000" RFC822.SIZE ${r.int(2000, 300000)} ` +
        `ENVELOPE ("Tue, ${d} ${month[mo]} 2025 ${p2(hh)}:${p2(mi)}:${p2(ss)} +0200" ${subj} ${from} ${from} ${from} ${addr(r, to)} ${cc ? addr(r, cc) : "NIL"} NIL ` +
        `${r.chance(0.5) ? q(`<${r.u32().toString(36)}@mail.example.org>`) : "NIL"} ${q(`<${r.u32().toString(36)}.${r.u32().toString(36)}@example.com>`)}) BODYSTRUCTURE ${struct})\r\n`,
    );
    expect.n++;
    expect.uid += uid;
    expect.subject += subject.length;
    expect.to += to;
  }
  out.push("A1 OK Fetch completed.\r\n");
  return { buf: Buffer.from(out.join(""), "latin1"), expect };
}

/** many small literals: n header fetches */
export function imapHeaders(n, seed = 13) {
  const r = rng(seed);
  const out = [];
  const expect = { n: 0, uid: 0, bytes: 0 };
  for (let i = 1; i <= n; i++) {
    let h = "";
    for (const k of ["From", "To", "Subject", "Message-ID", "List-Unsubscribe"]) h += `${k}: ${textLine(r, r.int(20, 140))}\r\n`;
    h += "\r\n";
    out.push(`* ${i} FETCH (UID ${i + 9} BODY[HEADER.FIELDS (FROM TO SUBJECT MESSAGE-ID LIST-UNSUBSCRIBE)] {${h.length}}\r\n${h})\r\n`);
    expect.n++;
    expect.uid += i + 9;
    expect.bytes += h.length;
  }
  out.push("A1 OK Fetch completed.\r\n");
  return { buf: Buffer.from(out.join(""), "latin1"), expect };
}

/** (c) one literal of `size` bytes, made as it is read, each chunk a fresh buffer as from a socket */
export function imapLiteral(size, chunk, seed = 14) {
  const block = body("mixed", 1 << 20, seed);
  const head = Buffer.from(`* 1 FETCH (UID 1 BODY[] {${size}}\r\n`, "latin1");
  const tail = Buffer.from(")\r\nA1 OK Fetch completed.\r\n", "latin1");
  return {
    bytes: head.length + size + tail.length,
    expect: { n: 1, uid: 1, bytes: size },
    *chunks() {
      yield Buffer.from(head);
      let left = size;
      let at = 0;
      while (left > 0) {
        const n = Math.min(left, chunk, block.length - at);
        yield Buffer.from(block.subarray(at, at + n));
        left -= n;
        at = (at + n) % block.length;
      }
      yield Buffer.from(tail);
    },
  };
}

/** (d) SEARCH with n numbers */
export function imapSearch(n, seed = 15) {
  const r = rng(seed);
  const parts = ["* SEARCH"];
  const expect = { n: 1, count: n, sum: 0 };
  let v = 0;
  for (let i = 0; i < n; i++) {
    v += r.int(1, 9);
    expect.sum += v;
    parts.push(String(v));
  }
  return { buf: Buffer.from(parts.join(" ") + "\r\nA1 OK Search completed.\r\n", "latin1"), expect };
}
/** (d) ESEARCH ALL with a set of n elements (ranges and singles) */
export function imapEsearch(n, seed = 16) {
  const r = rng(seed);
  const parts = [];
  const expect = { n: 1, count: n, sum: 0 };
  let v = 0;
  for (let i = 0; i < n; i++) {
    v += r.int(2, 9);
    const a = v;
    if (r.chance(0.5)) {
      v += r.int(1, 30);
      parts.push(`${a}:${v}`);
    } else parts.push(String(a));
    expect.sum += a + v;
  }
  return { buf: Buffer.from(`* ESEARCH (TAG "A1") UID ALL ${parts.join(",")}\r\nA1 OK Search completed.\r\n`, "latin1"), expect };
}

// ---- SMTP ------------------------------------------------------------------------------------
export function smtpReplies(n, seed = 17) {
  const r = rng(seed);
  const out = [];
  const expect = { n: 0, codes: 0 };
  let lines = 0;
  while (lines < n) {
    const k = r.int(0, 19);
    let code = 250;
    if (k < 6) out.push("250 2.1.0 Ok\r\n");
    else if (k < 12) out.push("250 2.1.5 Ok\r\n");
    else if (k < 14) (out.push("354 End data with <CR><LF>.<CR><LF>\r\n"), (code = 354));
    else if (k < 17) out.push(`250 2.0.0 Ok: queued as ${r.u32().toString(16).toUpperCase()}${r.u32().toString(16).toUpperCase()}\r\n`);
    else if (k < 18)
      (out.push(`550 5.1.1 <user${r.int(1, 99999)}@example.com>: Recipient address rejected: User unknown in local recipient table\r\n`),
        (code = 550));
    else if (k < 19) (out.push("220 mail.example.com ESMTP ready\r\n"), (code = 220));
    else {
      out.push(
        "250-mail.example.com at your service\r\n250-PIPELINING\r\n250-SIZE 36700160\r\n250-ETRN\r\n250-STARTTLS\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-DSN\r\n250 SMTPUTF8\r\n",
      );
      lines += 8;
    }
    lines++;
    expect.n++;
    expect.codes += code;
  }
  return { buf: Buffer.from(out.join(""), "latin1"), expect, lines };
}
export function smtpCommands(n, seed = 18) {
  const r = rng(seed);
  const out = ["EHLO client.example.com\r\n"];
  let c = 1;
  let rcpt = 0;
  while (c < n) {
    out.push(
      `MAIL FROM:<${r.pick(["a", "bounce+" + r.int(1, 9999), "news"])}@${r.pick(HOSTS)}> SIZE=${r.int(500, 90000)} BODY=8BITMIME\r\n`,
    );
    const k = r.int(1, 3);
    for (let i = 0; i < k; i++) out.push(`RCPT TO:<user${r.int(1, 99999)}@example.com>\r\n`);
    out.push("RSET\r\n");
    rcpt += k;
    c += k + 2;
  }
  return { buf: Buffer.from(out.join(""), "latin1"), expect: { n: c, rcpt }, lines: c };
}
