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
export { DEFAULT_LIMITS } from "./credential.ts";
export type { ClientCredentials, PasswordLimits } from "./credential.ts";
export { plainClient, plainServer } from "./plain.ts";
export type { PlainCredentials } from "./plain.ts";
export { loginClient, loginServer } from "./login.ts";
export { equalBytes } from "./equal-bytes.ts";
