// The live sessions of a server: find, list and watch them.

import type { Closure } from "@mailwire/transport";
import type { LiveSession } from "./live-session.ts";

/** What happened to the sessions of a server. */
export type SessionNews =
  | { readonly type: "joined"; readonly session: LiveSession }
  /** The session's `user` is known now. */
  | { readonly type: "identified"; readonly session: LiveSession }
  | { readonly type: "left"; readonly session: LiveSession; readonly closure: Closure };

/** Hears of sessions; it must not throw. */
export type SessionWatcher = (news: SessionNews) => void;

/** The live sessions, oldest first. */
export class SessionRegistry implements Iterable<LiveSession> {
  readonly #sessions = new Map<number, LiveSession>();
  readonly #watchers = new Set<SessionWatcher>();

  /** How many there are. */
  get size(): number {
    return this.#sessions.size;
  }

  /** The session with that number, while it is live. */
  get(id: number): LiveSession | undefined {
    return this.#sessions.get(id);
  }

  /** The live sessions, oldest first. */
  [Symbol.iterator](): Iterator<LiveSession> {
    return this.#sessions.values();
  }

  /** Calls `watcher` for each session that joins, identifies its user or leaves from now on; the answer ends that. */
  watch(watcher: SessionWatcher): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Takes in a session until it is over. */
  add(session: LiveSession): void {
    this.#sessions.set(session.id, session);
    this.#tell({ type: "joined", session });
    void session.closed.then((closure) => {
      this.#sessions.delete(session.id);
      this.#tell({ type: "left", session, closure });
    });
  }

  /** Tells the watchers of a session that has identified itself. */
  identified(session: LiveSession): void {
    if (this.#sessions.has(session.id)) this.#tell({ type: "identified", session });
  }

  #tell(news: SessionNews): void {
    for (const watcher of this.#watchers) watcher(news);
  }
}
