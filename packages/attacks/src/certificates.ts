// Certificates as scripts describe them: whose they are, what is wrong with them, and whether a careful client may accept them.

import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { TlsOptions } from "node:tls";
import { domainToASCII } from "node:url";
import type { ClientTlsOptions } from "@mailwire/tls";
import { generate } from "selfsigned";
import { type OldVersion, oldVersionIn, speaks, upTo } from "./old-tls.ts";

/** The name that mailwire looks for unless the script says otherwise. */
export const SERVER_NAME = "mx.example";

/** A server's certificate, and what mailwire was told to look for. */
export interface CertificateCase {
  /** Whom mailwire wants to talk to. */
  readonly serverName: string;
  /** RFC 9525, RFC 5280 and RFC 8996: must it be refused? */
  readonly verdict: "accept" | "reject";
  /** The names in its subjectAltName; `none`: there is no such extension. */
  readonly names: "none" | readonly AltName[];
  readonly commonName: string;
  readonly signer: "authority" | "stranger" | "itself";
  readonly validity: "now" | "past" | "future";
  /** The newest TLS that the server can do. */
  readonly version: "TLSv1.3" | "TLSv1.2" | OldVersion;
  /** Whether it has the key that mailwire was told to expect by DANE or pinning. */
  readonly key: "usual" | "other";
}

/** A DNS name (2) or an IP address (7). */
interface AltName {
  readonly type: 2 | 7;
  readonly value: string;
}

/** The certificate that a description is about: a valid one for {@link SERVER_NAME} where it says nothing else. */
export function certificateCase(description: string): CertificateCase {
  const names = namesIn(description);
  const commonName = /CN\s*=\s*([^\s,;]+)/i.exec(description)?.[1];
  const asked = /(?:connect(?:ed|ing)? to|\bfor|looking for|expect(?:ed|ing)?|host)\s+(?<name>[^\s,;()]+)/iu.exec(description)?.groups
    ?.name;
  // Without a name to compare with, a lone CN is the one that a careless client would take.
  const serverName = asked ?? (commonName !== undefined && names === "none" ? commonName : SERVER_NAME);
  const facts: Omit<CertificateCase, "verdict"> = {
    serverName,
    names: names === undefined ? [{ type: isIP(serverName) === 0 ? 2 : 7, value: ascii(serverName) }] : names,
    commonName: commonName ?? "a server",
    signer: signerIn(description),
    validity: validityIn(description),
    version: versionIn(description),
    key: /other key|key (?:differs|mismatch)|different key|wrong key|new key/i.test(description) ? "other" : "usual",
  };
  return { ...facts, verdict: isGood(facts) ? "accept" : "reject" };
}

/** Certificates and what clients trust, made once for each description. */
export class CertificateMaker {
  readonly #authority = makeAuthority("An authority");
  readonly #stranger = makeAuthority("Another authority");
  readonly #made = new Map<string, Promise<TlsOptions>>();
  readonly #spoken = new Map<OldVersion, Promise<boolean>>();

  /** What mailwire's client trusts. */
  async trusted(): Promise<string> {
    return (await this.#authority).cert;
  }

  /** The hook of a client that was told which key to expect. */
  async pin(): Promise<Pick<ClientTlsOptions, "verifyPeer">> {
    const { cert } = await this.server(certificateCase(""));
    const usual = new X509Certificate(String(cert)).raw;
    return {
      verifyPeer: ({ certificate }) => {
        if (!usual.equals(certificate)) throw new Error("the server's key is another one");
      },
    };
  }

  /** TLS options of a server that shows the certificate. */
  server(certificate: CertificateCase): Promise<TlsOptions> {
    const key = JSON.stringify(certificate);
    const made = this.#made.get(key) ?? this.#make(certificate);
    this.#made.set(key, made);
    return made;
  }

  /** Whether this runtime's TLS can speak an old version at all. */
  async speaks(version: OldVersion): Promise<boolean> {
    const spoken = this.#spoken.get(version) ?? this.server(certificateCase("")).then((server) => speaks(version, server));
    this.#spoken.set(version, spoken);
    return spoken;
  }

  async #make({ names, commonName, signer, validity, version }: CertificateCase): Promise<TlsOptions> {
    const ca = await (signer === "stranger" ? this.#stranger : this.#authority);
    const now = Date.now();
    const [from, to] = { now: [-1, 30], past: [-30, -1], future: [1, 30] }[validity];
    const altNames = names === "none" ? [] : names.map(({ type, value }) => (type === 2 ? { type, value } : { type, ip: value }));
    const { cert, private: key } = await generate([{ name: "commonName", value: commonName }], {
      keyType: "ec",
      algorithm: "sha256",
      notBeforeDate: new Date(now + (from ?? 0) * DAY_MS),
      notAfterDate: new Date(now + (to ?? 0) * DAY_MS),
      ...(signer !== "itself" && { ca: { key: ca.private, cert: ca.cert } }),
      extensions: [
        { name: "basicConstraints", cA: false },
        ...(altNames.length > 0 ? [{ name: "subjectAltName" as const, altNames }] : []),
      ],
    });
    return { key, cert, ...(version === "TLSv1" || version === "TLSv1.1" ? upTo(version) : { maxVersion: version }) };
  }
}

const DAY_MS = 86_400_000;

function makeAuthority(name: string): ReturnType<typeof generate> {
  return generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, critical: true },
    ],
  });
}

/** `undefined` where the description says nothing of names. */
function namesIn(description: string): "none" | readonly AltName[] | undefined {
  if (/(?:no|without|empty|missing) (?:SAN|subjectAltName)|CN only/i.test(description)) return "none";
  const found = [...description.matchAll(/(?<type>DNS|IP(?:Address)?(?: Address)?)\s*[:=]\s*(?<value>[^\s,;()]+)/giu)];
  const names = found.map(({ groups = {} }): AltName => ({ type: /^dns/i.test(groups.type ?? "") ? 2 : 7, value: groups.value ?? "" }));
  if (names.length > 0) return names;
  if (/SAN DNS only|DNS only|no IP/i.test(description)) return [{ type: 2, value: SERVER_NAME }];
  if (/wrong (?:host|name)|name mismatch|does not match|mismatch(?:ed|ing)? (?:host|name)|host.?name/i.test(description)) {
    return [{ type: 2, value: "other.example" }];
  }
  return undefined;
}

function signerIn(description: string): CertificateCase["signer"] {
  if (/self.?signed/i.test(description)) return "itself";
  return /unknown|untrusted|stranger|other CA|wrong CA|not trusted|private CA|unrelated CA/i.test(description) ? "stranger" : "authority";
}

function validityIn(description: string): CertificateCase["validity"] {
  if (/expired|notAfter/i.test(description)) return "past";
  return /not.?yet|notBefore|future/i.test(description) ? "future" : "now";
}

function versionIn(description: string): CertificateCase["version"] {
  return /TLS ?v?1\.2/i.test(description) ? "TLSv1.2" : (oldVersionIn(description) ?? "TLSv1.3");
}

function isGood({ serverName, names, signer, validity, version, key }: Omit<CertificateCase, "verdict">): boolean {
  const wanted = ascii(serverName);
  const type = isIP(serverName) === 0 ? 2 : 7;
  const fits = names !== "none" && names.some((name) => name.type === type && covers(ascii(name.value), wanted));
  return fits && signer === "authority" && validity === "now" && !/^TLSv1(?:\.1)?$/.test(version) && key === "usual";
}

/** RFC 9525 section 6.3: a wildcard is the whole left-most label, and stands for exactly one. */
function covers(pattern: string, name: string): boolean {
  if (pattern === name) return true;
  const [, parent] = /^\*(\..+)$/.exec(pattern) ?? [];
  return parent !== undefined && !parent.includes("*") && name.endsWith(parent) && /^[^.]+$/.test(name.slice(0, -parent.length));
}

function ascii(name: string): string {
  return isIP(name) === 0 && /[^\0-\x7f]/.test(name) ? domainToASCII(name) : name.replace(/\.$/, "").toLowerCase();
}
