import type { ChannelBindingType, TlsInfo } from "@mailwire/wire";

/** A TLS connection with these channel bindings. */
export function tlsWith(bindings: Partial<Record<ChannelBindingType, Uint8Array>>): TlsInfo {
  const types: readonly ChannelBindingType[] = ["tls-exporter", "tls-server-end-point"];
  return {
    authorized: false,
    channelBindings: types.filter((type) => bindings[type] !== undefined),
    channelBinding: (type) => Promise.resolve(bindings[type]),
  };
}
