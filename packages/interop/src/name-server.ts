// A name server for tests, RFC 1035: it knows what it is told, and that there is nothing else.

import { createSocket } from "node:dgram";
import { once } from "node:events";

/** What there is, by type and name: MX as preference and host, A as an address. */
export interface Zone {
  readonly MX?: Readonly<Record<string, readonly (readonly [preference: number, host: string])[]>>;
  readonly A?: Readonly<Record<string, readonly string[]>>;
}

/** A name server at work. */
export interface NameServer {
  readonly port: number;
  stop(): Promise<void>;
}

const TYPE = { A: 1, MX: 15 };

/** Answers queries over UDP on 127.0.0.1. */
export async function startNameServer(zone: Zone): Promise<NameServer> {
  const socket = createSocket("udp4");
  socket.on("message", (query, { address, port }) => socket.send(answer(query, zone), port, address));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    port: socket.address().port,
    stop: async () => {
      socket.close();
      await once(socket, "close");
    },
  };
}

function answer(query: Buffer, { MX = {}, A = {} }: Zone): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  const name = labels.join(".").toLowerCase();
  const type = query.readUInt16BE(at + 1);
  const data: Buffer[] = [];
  if (type === TYPE.MX) data.push(...(MX[name] ?? []).map(([preference, host]) => Buffer.concat([uint16(preference), encodeName(host)])));
  if (type === TYPE.A) data.push(...(A[name] ?? []).map((address) => Buffer.from(address.split(".").map(Number))));
  const isKnown = name in MX || name in A;
  // The query's id, "response, authoritative, recursion available", the counts; then the question as it came.
  const header = Buffer.concat([
    query.subarray(0, 2),
    uint16(isKnown ? 0x8580 : 0x8583),
    uint16(1),
    uint16(data.length),
    uint16(0),
    uint16(0),
  ]);
  const records = data.map((bytes) =>
    Buffer.concat([uint16(0xc00c), uint16(type), uint16(1), uint16(0), uint16(60), uint16(bytes.length), bytes]),
  );
  return Buffer.concat([header, query.subarray(12, at + 5), ...records]);
}

function encodeName(name: string): Buffer {
  const labels = name === "" ? [] : name.split(".");
  return Buffer.concat([...labels.map((label) => Buffer.from([label.length, ...Buffer.from(label)])), Buffer.from([0])]);
}

function uint16(number: number): Buffer {
  return Buffer.from([number >> 8, number & 255]);
}
