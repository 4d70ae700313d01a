// What a tolerant decoder tolerated, so that a checker can be strict.

/** One departure from the grammar that the decoder could make sense of. */
export interface Deviation {
  /** Stable kebab-case name (`extra-space`, `bare-lf`, `missing-text` …). */
  readonly code: string;
  /** Offset of it in the stream of bytes received. */
  readonly offset: number;
}
