/**
 * Node sockets and TLS for mailwire: connect, listen, and the STARTTLS upgrade of any duplex.
 * @packageDocumentation
 */
export {};
