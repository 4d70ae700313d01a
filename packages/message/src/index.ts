/**
 * The structure of a stored RFC 5322/MIME message: ENVELOPE, BODYSTRUCTURE and section byte ranges.
 * @packageDocumentation
 */
export {};
