// What a server offers: the extensions in its answer to EHLO, and the parameters of MAIL and RCPT that go with them. It is made once for all
// connections that stand alike.

import type { SaslServerMechanism } from "@mailwire/sasl";
import { withLimits } from "@mailwire/wire";
import { type Extension, ehloReply } from "../codec/extensions.ts";
import type { Reply } from "../codec/reply.ts";
import { DEFAULT_SERVER_LIMITS, type ServerLimits } from "../session/limits.ts";
import type { SmtpServerOptions } from "./options.ts";
import { ParameterPolicy } from "./parameter-policy.ts";

/** How a connection stands. */
export interface Standing {
  readonly secure: boolean;
  /** Whether STARTTLS can be granted. */
  readonly mayUpgrade: boolean;
  readonly isAnonymous: boolean;
  /** Whether it may speak for others. */
  readonly isTrusted: boolean;
  /** Those that may be used. */
  readonly mechanisms: readonly SaslServerMechanism[];
}

/** What is offered to those that stand so. */
export interface Offer {
  readonly standing: Standing;
  readonly ehloReply: Reply;
  /** Whether BDAT is among it. */
  readonly takesChunks: boolean;
  readonly parameters: ParameterPolicy;
}

const DEFAULT_EXTENSIONS: readonly Extension[] = ["PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "CHUNKING", "LIMITS"].map(
  (keyword) => ({ keyword, parameters: [] }),
);

/** What Postfix lets trusted relays say. */
const ON_BEHALF: readonly Extension[] = [
  { keyword: "XCLIENT", parameters: ["NAME", "ADDR", "PORT", "PROTO", "HELO", "LOGIN", "DESTADDR", "DESTPORT"] },
  { keyword: "XFORWARD", parameters: ["NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE"] },
];

/** More ways to stand are rare; the oldest offer is made anew then. */
const MAX_KEPT = 16;

const known = new WeakMap<SmtpServerOptions, Offers>();

/** The offers of one server. */
export class Offers {
  readonly #options: SmtpServerOptions;
  readonly #limits: ServerLimits;
  readonly #made: Offer[] = [];

  private constructor(options: SmtpServerOptions) {
    this.#options = options;
    this.#limits = withLimits(DEFAULT_SERVER_LIMITS, options.limits);
  }

  /** Those of the server that has these options: the same for all its connections. */
  static of(options: SmtpServerOptions): Offers {
    let offers = known.get(options);
    if (offers === undefined) {
      offers = new Offers(options);
      known.set(options, offers);
    }
    return offers;
  }

  /** What is offered to those that stand so. */
  for(standing: Standing): Offer {
    const made = this.#made.find((offer) => areAlike(offer.standing, standing));
    if (made !== undefined) return made;
    const offer = this.#make(standing);
    if (this.#made.push(offer) > MAX_KEPT) this.#made.shift();
    return offer;
  }

  #make(standing: Standing): Offer {
    const { hostname, parameterKeywords = [] } = this.#options;
    const extensions = [...this.#extensions(standing), ...(standing.isTrusted ? ON_BEHALF : [])];
    // AUTH has left the offer once it was used, but its parameter stays (RFC 4954 section 5).
    const used = standing.mechanisms.length > 0 ? [{ keyword: "AUTH", parameters: [] }] : [];
    return {
      standing,
      ehloReply: ehloReply(hostname, "at your service", extensions),
      takesChunks: extensions.some(({ keyword }) => keyword === "CHUNKING"),
      parameters: new ParameterPolicy([...extensions, ...used], parameterKeywords),
    };
  }

  #extensions({ secure, mayUpgrade, isAnonymous, mechanisms }: Standing): Extension[] {
    const { extensions = DEFAULT_EXTENSIONS } = this.#options;
    const { maxMessageBytes } = this.#limits;
    const offered = extensions
      // RFC 8689 section 2: REQUIRETLS is for those who came by TLS.
      .filter(({ keyword }) => keyword !== "REQUIRETLS" || secure)
      .map((extension) => (extension.keyword === "LIMITS" && extension.parameters.length === 0 ? this.#limitsExtension : extension));
    offered.push({ keyword: "SIZE", parameters: Number.isFinite(maxMessageBytes) ? [String(Math.floor(maxMessageBytes))] : [] });
    if (mayUpgrade && !secure) offered.push({ keyword: "STARTTLS", parameters: [] });
    if (mechanisms.length > 0 && isAnonymous) offered.push({ keyword: "AUTH", parameters: mechanisms.map(({ name }) => name) });
    return offered;
  }

  /** RFC 9422 section 4: numbers of up to six digits. */
  get #limitsExtension(): Extension {
    const { maxMessages, maxRecipients } = this.#limits;
    const parameters = Object.entries({ MAILMAX: maxMessages, RCPTMAX: maxRecipients })
      .filter(([, limit]) => limit <= 999_999)
      .map(([name, limit]) => `${name}=${limit}`);
    return { keyword: "LIMITS", parameters };
  }
}

function areAlike(a: Standing, b: Standing): boolean {
  return (
    a.secure === b.secure &&
    a.mayUpgrade === b.mayUpgrade &&
    a.isAnonymous === b.isAnonymous &&
    a.isTrusted === b.isTrusted &&
    a.mechanisms.length === b.mechanisms.length &&
    a.mechanisms.every((mechanism, at) => mechanism === b.mechanisms[at])
  );
}
