// What becomes of the parameters of MAIL and RCPT at the next hop.

import { type Extensions, type Parameter, type Reply, reply } from "@mailwire/smtp/codec";

/** The extensions that the relay offers: those that it can pass on, or whose absence at the next hop it can tell. */
export const OFFERED = ["PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "CHUNKING", "DSN", "LIMITS"].map((keyword) => ({
  keyword,
  parameters: [],
}));

/** The parameters for the next hop; or the refusal, where leaving one out would break what it promises. */
export function passedOn(parameters: readonly Parameter[], extensions: Extensions): readonly Parameter[] | Reply {
  const passed: Parameter[] = [];
  for (const parameter of parameters) {
    const need = needOf(parameter);
    if (need === undefined || extensions.has(need.extension)) passed.push(parameter);
    else if (need.refusal !== undefined) return need.refusal;
  }
  return passed;
}

interface Need {
  readonly extension: string;
  /** `undefined` where nothing is lost without the parameter. */
  readonly refusal: Reply | undefined;
}

const DSN: Need = { extension: "DSN", refusal: reply(555, "The next server does not offer DSN", "5.3.3") };

function needOf({ keyword, value }: Parameter): Need | undefined {
  switch (keyword) {
    case "SIZE":
      return { extension: "SIZE", refusal: undefined };
    case "BODY":
      return {
        extension: "8BITMIME",
        // RFC 6152 section 3: the relay would have to convert.
        refusal: value?.toUpperCase() === "7BIT" ? undefined : reply(554, "The next server does not offer 8BITMIME", "5.6.3"),
      };
    case "SMTPUTF8":
      return { extension: "SMTPUTF8", refusal: reply(550, "The next server does not offer SMTPUTF8", "5.6.7") };
    case "RET":
    case "ENVID":
    case "NOTIFY":
    case "ORCPT":
      return DSN;
    default:
      return undefined;
  }
}
