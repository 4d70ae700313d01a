// Why a store does not do what it is asked.

/** What is wrong. */
export type StoreErrorCode = "nonexistent" | "already-exists" | "cannot" | "over-quota" | "too-large" | "busy";

/**
 * A store cannot do what it was asked: `nonexistent` (no such mailbox), `already-exists`, `cannot` (not possible by its nature),
 * `over-quota` (no room), `too-large` (the message), `busy` (not now: too much comes in at once). The message is one line for people.
 */
export class StoreError extends Error {
  /** Always `StoreError`. */
  override readonly name = "StoreError";
  /** Stable name of what is wrong. */
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
