/**
 * SASL mechanisms for mail protocols, client and server side.
 * @packageDocumentation
 */
export {};
