// Helpers the adapters share.
import { Readable } from "node:stream";
import { once } from "node:events";

/** A byte stream over chunks: the next one comes only when asked for and a turn of the loop later, as from a socket. */
export function source(chunks, highWaterMark = 65536) {
  const it = chunks[Symbol.iterator]();
  return new Readable({
    highWaterMark,
    read() {
      setImmediate(() => {
        const n = it.next();
        this.push(n.done ? null : n.value);
      });
    },
  });
}
/** Writes all chunks into a Writable with its own backpressure. */
export async function feed(writable, chunks, end = true) {
  for (const c of chunks) if (!writable.write(c)) await once(writable, "drain");
  if (end) writable.end();
}
/** After so many rounds of a thousand commands the compiler of V8 is done with them. */
export const WARM_ROUNDS = 12;
/** Milliseconds of the last of several rounds of the same work. */
export async function lastOf(rounds, work) {
  let ms = 0;
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    await work();
    ms = performance.now() - started;
  }
  return ms;
}
export const tick = () => new Promise(setImmediate);

/** A sum over what a generic token tree ({type,value} nodes in nested arrays) says. */
export function treeDigest(kind, resp, acc) {
  const at = resp.attributes;
  if (kind === "search") {
    if (resp.command !== "SEARCH") return false;
    acc.n++;
    if (resp.numbers) {
      acc.count += resp.numbers.length;
      for (let i = 0; i < resp.numbers.length; i++) acc.sum += resp.numbers[i];
    } else {
      acc.count += at.length;
      for (let i = 0; i < at.length; i++) acc.sum += Number(at[i].value);
    }
    return true;
  }
  if (kind === "esearch") {
    if (resp.command !== "ESEARCH") return false;
    acc.n++;
    const set = at[at.length - 1].value.split(",");
    acc.count += set.length;
    for (const e of set) {
      const c = e.indexOf(":");
      acc.sum += c < 0 ? 2 * Number(e) : Number(e.slice(0, c)) + Number(e.slice(c + 1));
    }
    return true;
  }
  if (!at || !at[0] || at[0].value !== "FETCH") return false;
  const l = at[1];
  acc.n++;
  for (let i = 0; i < l.length; i += 2) {
    const v = l[i + 1];
    switch (l[i].value) {
      case "UID":
        acc.uid += Number(v.value);
        break;
      case "FLAGS":
        if (kind === "flags") acc.flags += v.length;
        break;
      case "MODSEQ":
        acc.modseq += Number(v[0].value);
        break;
      case "RFC822.SIZE":
        if (kind === "flags") acc.size += Number(v.value);
        break;
      case "ENVELOPE":
        acc.subject += v[1].value.length;
        acc.to += v[5].length;
        break;
      case "BODYSTRUCTURE":
        treeParts(v, acc);
        break;
      case "BODY":
        acc.bytes += v.value.length;
        break;
    }
  }
  return true;
}
function treeParts(v, acc) {
  if (Array.isArray(v[0])) {
    for (let i = 0; Array.isArray(v[i]); i++) treeParts(v[i], acc);
  } else {
    acc.parts++;
    acc.octets += Number(v[6].value);
  }
}

/** 1 to `count`. */
export function numbers(count) {
  return Array.from({ length: count }, (_, index) => index + 1);
}
