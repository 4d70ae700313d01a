// The names in a certificate: its subjectAltName (RFC 5280 section 4.2.1.6), read from its DER. The subject's common name is none.

import { elements, hex } from "./der.ts";

/** Whom a certificate is about. */
export interface CertificateNames {
  /** DNS names as they are written there, wildcards included; names with characters that no DNS name has are left out. */
  readonly dnsNames: readonly string[];
  /** IP addresses, 4 or 16 octets in hexadecimal. */
  readonly addresses: readonly string[];
}

const SUBJECT_ALT_NAME = "551d11";
const EXTENSIONS = 0xa3;
const OCTET_STRING = 0x04;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

/**
 * The names in a DER certificate; none where it has no such extension.
 *
 *     TBSCertificate ::= SEQUENCE { …, extensions [3] EXPLICIT SEQUENCE OF Extension OPTIONAL }
 *     Extension      ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
 *     GeneralName    ::= CHOICE { …, dNSName [2] IA5String, …, iPAddress [7] OCTET STRING, … }
 */
export function certificateNames(certificate: Uint8Array): CertificateNames {
  const [tbsCertificate] = elements(elements(certificate)[0]?.content);
  const wrapped = elements(tbsCertificate?.content).find(({ tag }) => tag === EXTENSIONS);
  const names = elements(elements(wrapped?.content)[0]?.content).flatMap(({ content }) => {
    const [name, ...rest] = elements(content);
    if (hex(name?.content) !== SUBJECT_ALT_NAME) return [];
    const value = rest.find(({ tag }) => tag === OCTET_STRING);
    return elements(elements(value?.content)[0]?.content);
  });
  return {
    dnsNames: names.flatMap(({ tag, content }) => (tag === DNS_NAME ? dnsName(content) : [])),
    addresses: names.flatMap(({ tag, content }) => (tag === IP_ADDRESS ? [hex(content)] : [])),
  };
}

/** A NUL or a space in a name is an attempt to have it read as another one. */
function dnsName(content: Uint8Array): string[] {
  const name = String.fromCharCode(...content);
  return /^[\w*.-]{1,255}$/.test(name) ? [name] : [];
}
