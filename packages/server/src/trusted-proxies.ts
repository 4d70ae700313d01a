// Believing proxies: which peers must begin with a header, and what becomes of it.

import type { PreambleOptions } from "@mailwire/tls";
import type { TransportInfo } from "@mailwire/wire";
import { infoOf } from "./proxy-header.ts";
import { ProxyHeaderDecoder, type ProxyHeaderLimits } from "./proxy-protocol.ts";

/** Who is believed when it says on whose behalf it connects. */
export interface ProxyProtocolOptions {
  /**
   * Which peers are proxies of your own. Each of their connections must begin with a header (before implicit TLS) or is dropped, and its addresses
   * become those of the connection. A header from anybody else is not even looked at: it is garbage to the protocol that is served.
   */
  readonly trusts: (info: TransportInfo) => boolean;
  /** Milliseconds that a header may take; default 3000. */
  readonly headerMs?: number;
  /** Limits other than `DEFAULT_PROXY_HEADER_LIMITS`. */
  readonly limits?: Partial<ProxyHeaderLimits>;
}

/** The header is one packet from a proxy nearby; one that was lost has been sent again by then, as the protocol's authors reckon. */
const DEFAULT_HEADER_MS = 3_000;

/** The `preamble` option of `listen` (of `@mailwire/tls`) by which these proxies are believed. */
export function proxyPreamble({ trusts, headerMs = DEFAULT_HEADER_MS, limits }: ProxyProtocolOptions): PreambleOptions {
  return {
    timeoutMs: headerMs,
    expects: (info) => {
      if (!trusts(info)) return undefined;
      const decoder = new ProxyHeaderDecoder(limits);
      return {
        decode: (chunk) => {
          const decoded = decoder.decode(chunk);
          return decoded && { info: infoOf(decoded.header), rest: decoded.rest };
        },
      };
    },
  };
}
