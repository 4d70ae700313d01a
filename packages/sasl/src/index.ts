/**
 * SASL mechanisms for mail protocols, client and server side.
 * @packageDocumentation
 */
export type {
  PasswordCredentials,
  SaslChoice,
  SaslClient,
  SaslContext,
  SaslOffer,
  SaslServer,
  SaslServerMechanism,
  SaslStep,
  VerifyPassword,
} from "./mechanism.ts";
export { carryExchange, offeredMechanisms, startExchange } from "./exchange.ts";
export type { SaslCarrier, SaslExchange, SaslSurroundings } from "./exchange.ts";
export { chooseMechanism } from "./choose.ts";
export type { LoginCredentials, MechanismName, MechanismPolicy, OptionalMechanism } from "./choose.ts";
export { DEFAULT_LIMITS } from "./credential.ts";
export type { ClientCredentials, PasswordLimits } from "./credential.ts";
export { plainClient, plainServer } from "./plain.ts";
export type { PlainCredentials } from "./plain.ts";
export { loginClient, loginServer } from "./login.ts";
export { ScramServerError, scramClient } from "./scram/client.ts";
export type { ScramBinding, ScramClientOptions } from "./scram/client.ts";
export { scramServer } from "./scram/server.ts";
export type { ScramDecoy, ScramLookup, ScramProof, ScramServerOptions } from "./scram/accounts.ts";
export {
  DEFAULT_SCRAM_ITERATIONS,
  MIN_SCRAM_ITERATIONS,
  deriveScramKeys,
  formatScramKeys,
  parseScramKeys,
  verifyScramPassword,
} from "./scram/keys.ts";
export type { DeriveScramKeysOptions, ScramKeys } from "./scram/keys.ts";
export { ScramCache } from "./scram/cache.ts";
export { DEFAULT_SCRAM_CLIENT_LIMITS, DEFAULT_SCRAM_SERVER_LIMITS } from "./scram/limits.ts";
export type { ScramClientLimits, ScramServerLimits } from "./scram/limits.ts";
export type { ScramVariant } from "./scram/hash.ts";
export { saslprep } from "./saslprep.ts";
export { externalClient, externalServer } from "./external.ts";
export type { ExternalCredentials, ExternalRequest, VerifyExternal } from "./external.ts";
export { anonymousClient, anonymousServer } from "./anonymous.ts";
export type { AdmitAnonymous, AnonymousCredentials } from "./anonymous.ts";
export { cramMd5Client, cramMd5Server } from "./cram-md5.ts";
export type { CramMd5Options, PasswordOf } from "./cram-md5.ts";
export { oauthBearerClient, oauthBearerServer } from "./oauthbearer.ts";
export type { OauthBearerCredentials } from "./oauthbearer.ts";
export { xoauth2Client, xoauth2Server } from "./xoauth2.ts";
export type { Xoauth2Credentials } from "./xoauth2.ts";
export { TokenRefusedError } from "./bearer-token.ts";
export type { TokenCredentials, TokenLogin, TokenRefusal, TokenServerOptions, VerifyToken } from "./bearer-token.ts";
export { md5 } from "./md5.ts";
export { equalBytes } from "./equal-bytes.ts";
