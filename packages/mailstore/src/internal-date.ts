// When a message came (RFC 3501 section 2.3.3), with the zone in which it was said: SEARCH goes by the day there.

/** A moment and a zone. */
export interface InternalDate {
  /** Milliseconds since 1970-01-01 00:00 UTC. */
  readonly epochMs: number;
  /** Minutes east of Greenwich. */
  readonly zoneMinutes: number;
}

/** A moment in UTC. */
export function internalDate(epochMs: number): InternalDate {
  return { epochMs, zoneMinutes: 0 };
}
