// Names in SCRAM and in OAUTHBEARER: saslname = 1*(value-safe-char / "=2C" / "=3D") (RFC 5801 section 4, RFC 5802 section 7).

/** Writes commas and equals signs as =2C and =3D. */
export function encodeSaslName(name: string): string {
  return name.replaceAll("=", "=3D").replaceAll(",", "=2C");
}

/** Reads what has the form of a saslname. */
export function decodeSaslName(name: string): string {
  return name.replaceAll("=2C", ",").replaceAll("=3D", "=");
}
