// CAPABILITY (RFC 3501 section 7.2.1).

/** What the server can do. */
export interface CapabilityResponse {
  readonly type: "CAPABILITY";
  /** As they came: order and case. */
  readonly capabilities: readonly string[];
}
