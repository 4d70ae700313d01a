// The parameters of RCPT that are known, typed: those of DSN (RFC 3461). A parameter is one entry in RCPT_PARAMETERS.

import type { Parameter } from "./parameters.ts";
import { type DecodedParameters, parameterTypes, sortParameters, type Wanted, writeParameters } from "./typed-parameters.ts";
import { decodeXtext, encodeXtext } from "./xtext.ts";

/** What the parameters of RCPT say. */
export interface RcptParameters {
  /** NOTIFY: of what the sender wants to hear; of nothing when it is empty (`NEVER`). */
  readonly notify?: readonly NotifyEvent[];
  /** ORCPT: whom the sender wrote to, before any forwarding. */
  readonly orcpt?: OriginalRecipient;
}

/** Something that the sender may want to be told of. */
export type NotifyEvent = (typeof NOTIFY_EVENTS)[number];

/** Every {@link NotifyEvent}. */
export const NOTIFY_EVENTS = ["SUCCESS", "FAILURE", "DELAY"] as const;

/** A recipient as it was first given. */
export interface OriginalRecipient {
  /** The kind of address: `rfc822`, `utf-8`, … */
  readonly addressType: string;
  /** The address, decoded. */
  readonly address: string;
}

/** How each known keyword's value is read and written. */
const RCPT_PARAMETERS = parameterTypes<RcptParameters>({
  // notify-esmtp-value = "NEVER" / 1#notify-list-element
  NOTIFY: {
    decode: (value = "") => {
      if (value.toUpperCase() === "NEVER") return { notify: [] };
      const events = value.split(",").map((word) => NOTIFY_EVENTS.find((event) => event === word.toUpperCase()));
      const notify = events.filter((event) => event !== undefined);
      return notify.length === events.length ? { notify: [...new Set(notify)] } : undefined;
    },
    encode: ({ notify }) => notify && (notify.length === 0 ? "NEVER" : notify.join(",")),
  },
  // original-recipient-address = addr-type ";" xtext, addr-type = atom, at most 500 characters in all
  ORCPT: {
    decode: (value = "") => {
      const [, addressType = "", xtext = ""] = (value.length <= 500 && /^([A-Za-z0-9-]+);(.+)$/.exec(value)) || [];
      const address = decodeXtext(xtext);
      return xtext === "" || address === undefined || /\p{Cc}/u.test(address) ? undefined : { orcpt: { addressType, address } };
    },
    // A type with a semicolon would read as another address.
    encode: ({ orcpt }) => orcpt && (orcpt.addressType.includes(";") ? "" : `${orcpt.addressType};${encodeXtext(orcpt.address)}`),
  },
});

const NONE: DecodedParameters<RcptParameters> = { known: {}, unknown: [], invalid: [] };

/** Sorts the parameters of a RCPT command into what is known, unknown and invalid. */
export function decodeRcptParameters(parameters: readonly Parameter[]): DecodedParameters<RcptParameters> {
  return sortParameters(RCPT_PARAMETERS, NONE, parameters);
}

/** The parameters that say `known`; throws a local `ProtocolError` (`bad-parameter`) for values that RFC 3461 does not allow. */
export function encodeRcptParameters(known: Wanted<RcptParameters>): Parameter[] {
  return writeParameters(RCPT_PARAMETERS, known);
}
