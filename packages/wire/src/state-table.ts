// The shape of every state table: state x verb x class of answer -> next state. Client and server share one table.

/**
 * All transitions of a protocol: `table[state][verb][answer]` is the next state.
 * A missing verb is illegal in that state; a missing answer means: stay.
 */
export type TransitionTable<State extends string, Verb extends string, Answer extends string> = {
  readonly [S in State]: { readonly [V in Verb]?: { readonly [A in Answer]?: State } };
};

/** True when `verb` may be said in `state`. */
export function isLegal<State extends string, Verb extends string, Answer extends string>(
  table: TransitionTable<State, Verb, Answer>,
  state: State,
  verb: Verb,
): boolean {
  return table[state][verb] !== undefined;
}

/** The state after `verb` was answered with `answer`. */
export function nextState<State extends string, Verb extends string, Answer extends string>(
  table: TransitionTable<State, Verb, Answer>,
  state: State,
  verb: Verb,
  answer: Answer,
): State {
  return table[state][verb]?.[answer] ?? state;
}
