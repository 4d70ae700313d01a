// The policy of a client: which mechanism to log in by, from what the server offers, what the connection gives, and what somebody has and wants.

import { ProtocolError, type Secret } from "@mailwire/wire";
import { anonymousClient } from "./anonymous.ts";
import { cramMd5Client } from "./cram-md5.ts";
import { externalClient } from "./external.ts";
import { loginClient } from "./login.ts";
import type { SaslClient, SaslOffer } from "./mechanism.ts";
import { oauthBearerClient } from "./oauthbearer.ts";
import { plainClient } from "./plain.ts";
import { scramClient, type ScramBinding, type ScramClientOptions } from "./scram/client.ts";
import type { ScramVariant } from "./scram/hash.ts";
import { xoauth2Client } from "./xoauth2.ts";

/** What somebody has to log in with: give all there is. */
export interface LoginCredentials {
  /** Who logs in. */
  readonly user?: string;
  /** The password. */
  readonly password?: string | Secret<string>;
  /** An access token of OAuth 2.0. */
  readonly token?: string | Secret<string>;
  /** True when the client's certificate was given to TLS, and is to be used by EXTERNAL. */
  readonly clientCertificate?: boolean;
  /** Whom to act as, where that is somebody else. */
  readonly authorizationIdentity?: string;
}

/** The mechanisms that {@link chooseMechanism} knows. */
export type MechanismName =
  `${ScramVariant}-PLUS` | ScramVariant | "OAUTHBEARER" | "XOAUTH2" | "EXTERNAL" | "PLAIN" | "LOGIN" | "CRAM-MD5" | "ANONYMOUS";

/** Mechanisms that are not chosen unless somebody asks for them by name. */
export type OptionalMechanism = "XOAUTH2" | "LOGIN" | "CRAM-MD5" | "ANONYMOUS";

/** What {@link chooseMechanism} may choose. */
export interface MechanismPolicy {
  /** Mechanisms to consider, too: obsolete, not standardized, or without identity. */
  readonly also?: readonly OptionalMechanism[];
  /** Considers these and no others; naming one asks for it. */
  readonly only?: readonly MechanismName[];
  /** Lets passwords and tokens go over a connection that is not secure: whoever listens there has them. */
  readonly allowPasswordsInClear?: boolean;
  /** For SCRAM: the cache of salted passwords, and what a server may ask for. */
  readonly scram?: Pick<ScramClientOptions, "cache" | "limits">;
}

/** What there is to choose by. */
interface Situation {
  readonly credentials: LoginCredentials;
  readonly policy: MechanismPolicy;
  readonly offer: SaslOffer;
  /** The channel binding that can be used. */
  readonly binding: Extract<ScramBinding, { readonly type: "used" }> | undefined;
}

/** Makes the client, or says why the mechanism will not do. */
type Attempt = (situation: Situation) => SaslClient | string;

/**
 * A way to log in that protocols' clients take in the place of a mechanism. It chooses the first of these that the server offers and that is possible:
 * SCRAM with channel binding, SCRAM (each with SHA-512, SHA-256, SHA-1), OAUTHBEARER, EXTERNAL where there is a client certificate, PLAIN;
 * XOAUTH2 behind OAUTHBEARER, and LOGIN, CRAM-MD5 and ANONYMOUS behind PLAIN, where the policy asks for them. What shows a password or a
 * token is possible on secure connections only. It rejects with a local `ProtocolError`: `no-mechanism` when none is possible, with the
 * reasons in its message; `bad-credential` when what is chosen cannot say the credentials.
 */
export function chooseMechanism(credentials: LoginCredentials, policy: MechanismPolicy = {}): (offer: SaslOffer) => Promise<SaslClient> {
  return async (offer) => {
    const situation: Situation = { credentials, policy, offer, binding: await bindingOf(offer) };
    const obstacles = new Map<string, string>(offer.mechanisms.map((name) => [name, "not known here"]));
    for (const [name, attempt] of ATTEMPTS) {
      if (!offer.mechanisms.includes(name)) continue;
      const outcome = prohibition(name, policy) ?? attempt(situation);
      if (typeof outcome !== "string") return outcome;
      obstacles.set(name, outcome);
    }
    throw new ProtocolError("local", "no-mechanism", `no way to log in: ${explain(obstacles)}`);
  };
}

/** Best first. No function is called here, so that bundlers leave out what nobody uses. */
const ATTEMPTS: readonly (readonly [MechanismName, Attempt])[] = [
  ["SCRAM-SHA-512-PLUS", (situation) => boundScram("SCRAM-SHA-512", situation)],
  ["SCRAM-SHA-256-PLUS", (situation) => boundScram("SCRAM-SHA-256", situation)],
  ["SCRAM-SHA-1-PLUS", (situation) => boundScram("SCRAM-SHA-1", situation)],
  ["SCRAM-SHA-512", (situation) => scram("SCRAM-SHA-512", situation)],
  ["SCRAM-SHA-256", (situation) => scram("SCRAM-SHA-256", situation)],
  ["SCRAM-SHA-1", (situation) => scram("SCRAM-SHA-1", situation)],
  ["OAUTHBEARER", oauthBearer],
  ["XOAUTH2", xoauth2],
  ["EXTERNAL", external],
  ["PLAIN", plain],
  ["LOGIN", (situation) => secured(situation) ?? withPassword(situation, loginClient)],
  ["CRAM-MD5", (situation) => withPassword(situation, cramMd5Client)],
  ["ANONYMOUS", () => anonymousClient()],
];

const OPTIONAL: ReadonlySet<string> = new Set<OptionalMechanism>(["XOAUTH2", "LOGIN", "CRAM-MD5", "ANONYMOUS"]);

function prohibition(name: MechanismName, { only, also = [] }: MechanismPolicy): string | undefined {
  if (only !== undefined) return only.includes(name) ? undefined : "not allowed";
  return OPTIONAL.has(name) && !also.some((asked) => asked === name) ? "only when asked for" : undefined;
}

function boundScram(variant: ScramVariant, { binding, credentials, policy }: Situation): SaslClient | string {
  const login = passwordLogin(credentials);
  if (binding === undefined) return "no channel binding here";
  return login === undefined ? NO_PASSWORD : scramClient(variant, login, { ...policy.scram, binding });
}

function scram(variant: ScramVariant, { binding, credentials, policy, offer }: Situation): SaslClient | string {
  const login = passwordLogin(credentials);
  // RFC 5802 section 6: who says `y` where the server does offer it is refused.
  const isUnseen = binding !== undefined && !offer.mechanisms.some((name) => /^SCRAM-.*-PLUS$/.test(name));
  const flag: ScramBinding = { type: isUnseen ? "not-offered" : "unsupported" };
  return login === undefined ? NO_PASSWORD : scramClient(variant, login, { ...policy.scram, binding: flag });
}

function oauthBearer(situation: Situation): SaslClient | string {
  const { token, user, authorizationIdentity = user } = situation.credentials;
  if (token === undefined) return NO_TOKEN;
  return secured(situation) ?? oauthBearerClient({ token, ...(authorizationIdentity !== undefined && { user: authorizationIdentity }) });
}

function xoauth2(situation: Situation): SaslClient | string {
  const { token, user, authorizationIdentity = user } = situation.credentials;
  if (token === undefined) return NO_TOKEN;
  if (authorizationIdentity === undefined) return "no user";
  return secured(situation) ?? xoauth2Client({ token, user: authorizationIdentity });
}

function external({ credentials: { clientCertificate, authorizationIdentity } }: Situation): SaslClient | string {
  if (clientCertificate !== true) return "no client certificate";
  return externalClient(authorizationIdentity === undefined ? {} : { authorizationIdentity });
}

function plain(situation: Situation): SaslClient | string {
  const login = passwordLogin(situation.credentials);
  return login === undefined ? NO_PASSWORD : (secured(situation) ?? plainClient(login));
}

/** For mechanisms that know a user and a password, and no more. */
function withPassword({ credentials }: Situation, make: (login: PasswordLogin) => SaslClient): SaslClient | string {
  const login = passwordLogin(credentials);
  if (login === undefined) return NO_PASSWORD;
  return login.authorizationIdentity === undefined ? make(login) : "cannot act as somebody else";
}

const NO_PASSWORD = "no user and password";
const NO_TOKEN = "no token";

function secured({ offer, policy }: Situation): string | undefined {
  return offer.secure || policy.allowPasswordsInClear === true ? undefined : "the connection is not secure";
}

interface PasswordLogin {
  readonly user: string;
  readonly password: string | Secret<string>;
  readonly authorizationIdentity?: string;
}

function passwordLogin({ user, password, authorizationIdentity }: LoginCredentials): PasswordLogin | undefined {
  if (user === undefined || password === undefined) return undefined;
  return { user, password, ...(authorizationIdentity !== undefined && { authorizationIdentity }) };
}

/** RFC 9266 section 3: `tls-exporter` is the one to prefer, which is the order of `channelBindings`. */
async function bindingOf({ tls }: SaslOffer): Promise<Situation["binding"]> {
  for (const name of tls?.channelBindings ?? []) {
    const data = await tls?.channelBinding(name);
    if (data !== undefined) return { type: "used", name, data };
  }
  return undefined;
}

function explain(obstacles: ReadonlyMap<string, string>): string {
  const reasons = [...obstacles].map(([name, reason]) => `${name.replace(/[^!-~]/g, "?")} (${reason})`);
  return reasons.length === 0 ? "the server offers no mechanism" : `the server offers ${reasons.join(", ")}`;
}
