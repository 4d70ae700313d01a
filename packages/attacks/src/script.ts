// Scripts: exchanges between a client and a server, one JSON object a line, in which one side is the attacker.

import { type Fault, faultOf } from "./fault.ts";

/** The protocols that scripts speak. */
export type Protocol = "smtp" | "lmtp" | "pop3" | "imap";

/** Which side mailwire is; the script plays the other. */
type Side = "client" | "server";

/** One step: what one side does, or what must be seen of it. `C` is the client, `S` the server. */
export type Step =
  | { readonly type: "say"; readonly from: Side; readonly text: string }
  /** Nothing may be said: by a side, by it with these verbs, or (`tls`) no TLS may begin. */
  | { readonly type: "silent"; readonly who: Side | "tls"; readonly verbs?: readonly string[] }
  | { readonly type: "tls"; readonly event: TlsEvent }
  | { readonly type: "wait"; readonly ms: number }
  | { readonly type: "close"; readonly who: Side; readonly how: "end" | "reset" }
  /** What a lookup of TLSA records tells before anything is connected. */
  | { readonly type: "dns"; readonly answer: string };

/** What becomes of the handshake. */
export type TlsEvent =
  | { readonly type: "ok" }
  /** The ClientHello is on its way, and no answer to it. */
  | { readonly type: "client-hello" }
  /** A server with the certificate, or of the version, that the text describes. */
  | { readonly type: "certificate"; readonly description: string }
  | { readonly type: "fault"; readonly fault: Fault };

/** A script. */
export interface Script {
  readonly id: string;
  readonly protocol: Protocol;
  readonly side: Side;
  /** What is attempted, in words. */
  readonly attack: string;
  /** What must come of it, in words. */
  readonly safeBehaviour: string;
  readonly steps: readonly Step[];
}

/** The scripts in a file of lines of JSON. Throws an `Error` that names the line of a script that cannot be understood. */
export function readScripts(text: string): Script[] {
  return text.split(/\r?\n/).flatMap((line, at) => {
    if (line.trim() === "" || line.startsWith("//")) return [];
    try {
      return [readScript(JSON.parse(line))];
    } catch (error) {
      throw new Error(`line ${at + 1}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  });
}

/** One script out of its JSON value. Throws an `Error` that says what cannot be understood. */
function readScript(value: unknown): Script {
  const fields = new Map<string, unknown>(Object.entries(typeof value === "object" && value !== null ? value : {}));
  const text = (...names: string[]): string => {
    return names.map((name) => fields.get(name)).find((field) => typeof field === "string") ?? "";
  };
  const id = text("id");
  const steps: unknown = fields.get("bytes_script") ?? fields.get("steps");
  if (id === "" || !Array.isArray(steps)) throw new Error("a script needs an id and steps");
  return {
    id,
    protocol: protocolOf(text("protocol")),
    side: sideOf(text("side")),
    attack: text("attack"),
    safeBehaviour: text("safe_behaviour", "safe"),
    steps: steps.map(readStep),
  };
}

function protocolOf(name: string): Protocol {
  switch (name.toLowerCase()) {
    case "smtp":
    case "esmtp":
    case "submission":
      return "smtp";
    case "lmtp":
      return "lmtp";
    case "pop3":
    case "pop":
      return "pop3";
    case "imap":
    case "imap4":
      return "imap";
    default:
      throw new Error(`the protocol ${JSON.stringify(name)} is not known`);
  }
}

function sideOf(name: string): Side {
  if (/^c/i.test(name)) return "client";
  if (/^s/i.test(name)) return "server";
  throw new Error(`the side ${JSON.stringify(name)} is not known`);
}

function readStep(value: unknown): Step {
  const parts = Array.isArray(value) ? value.map(String) : [];
  const [kind = "", argument = ""] = parts;
  switch (kind.toUpperCase()) {
    case "C":
    case "S":
      return { type: "say", from: sideOf(kind), text: argument };
    case "SILENT":
    case "QUIET":
      return silence(argument);
    case "TLS":
      return { type: "tls", event: tlsEvent(argument) };
    case "WAIT":
    case "SLEEP":
    case "DELAY":
      return { type: "wait", ms: Number.parseInt(argument, 10) || 0 };
    case "CLOSE":
    case "EOF":
    case "END":
    case "FIN":
      return { type: "close", who: sideOf(argument), how: "end" };
    case "RST":
    case "RESET":
    case "ABORT":
      return { type: "close", who: sideOf(argument), how: "reset" };
    case "DNS":
    case "TLSA":
    case "MX":
      return { type: "dns", answer: argument };
    case "POLICY":
    case "MTASTS":
    case "MTA-STS":
    case "NOTE":
      // It is said in the words of the script, too.
      return { type: "wait", ms: 0 };
    default:
      throw new Error(`the step ${JSON.stringify(value)} is not known`);
  }
}

/** `C`, `S` or `TLS`; `C-LOGIN` for one verb, `C-LOGIN|AUTHENTICATE` for some. */
function silence(argument: string): Step {
  if (/^tls$/i.test(argument)) return { type: "silent", who: "tls" };
  const [who = "", verbs] = argument.split("-");
  return { type: "silent", who: sideOf(who), ...(verbs !== undefined && { verbs: verbs.toUpperCase().split(/[|,]/) }) };
}

function tlsEvent(argument: string): TlsEvent {
  if (/^(?:(?:ok|done|established|up|resum|renego)\b.*|resum\w*|renego\w*)?$/i.test(argument.trim())) return { type: "ok" };
  const certificate = /^cert(?:ificate)?:\s*(.*)$/i.exec(argument);
  if (certificate !== null) return { type: "certificate", description: certificate[1] ?? "" };
  const fault = faultOf(argument);
  if (fault !== undefined) return { type: "fault", fault };
  if (/client.?hello/i.test(argument)) return { type: "client-hello" };
  if (/tls ?v?1\.\d|ssl ?v?\d|version|SAN|CN=|expired|self|wildcard|key/i.test(argument))
    return { type: "certificate", description: argument };
  throw new Error(`the TLS event ${JSON.stringify(argument)} is not known`);
}
