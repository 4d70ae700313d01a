// IDLE (RFC 2177): the client is told what changes in its mailbox as it changes, until it says DONE.

import type { ImapMailbox } from "./backend.ts";
import type { Conversation } from "./conversation.ts";
import type { Completion } from "./options.ts";

/** How often a mailbox is polled that cannot be watched: Dovecot's mailbox_idle_check_interval. */
const POLL_MS = 30_000;

/** Tells changes until the client is done; nothing is answered (`undefined`) when nobody is there any more. */
export async function idle(conversation: Conversation): Promise<Completion | undefined> {
  const { driver } = conversation;
  const news = new News();
  driver.send({ type: "accept-idle" });
  conversation.isIdling = true;
  const end = driver.next().finally(() => {
    conversation.isIdling = false;
    news.end();
  });
  const [told, ended] = await Promise.allSettled([tellChanges(conversation, news), end]);
  if (ended.status === "rejected") throw ended.reason;
  if (ended.value?.type !== "idle-end") return undefined;
  if (told.status === "rejected") throw told.reason;
  return ended.value.reason === undefined ? { status: "OK", text: "IDLE completed" } : { status: "BAD", text: "Expected DONE" };
}

/** Tells what changes in the selected mailbox, as fast as the client hears it. */
async function tellChanges(conversation: Conversation, news: News): Promise<void> {
  if (conversation.selected === undefined) return;
  const forget = watch(conversation.current.mailbox, news.give);
  try {
    while (!news.isOver) {
      await conversation.update("with-expunges");
      await conversation.driver.flush();
      await news.wait();
    }
  } finally {
    forget();
  }
}

function watch(mailbox: ImapMailbox, changed: () => void): () => void {
  if (mailbox.watch !== undefined) return mailbox.watch(changed);
  const timer = setInterval(changed, POLL_MS);
  return () => clearInterval(timer);
}

/** That something may have changed: said as often as one likes, heard once. */
class News {
  #isThere = false;
  #isOver = false;
  #wake: (() => void) | undefined;

  /** True once nothing more is waited for. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** There is some. */
  readonly give = (): void => {
    this.#isThere = true;
    this.#wake?.();
  };

  /** There will be no more. */
  end(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  /** Resolves when there is some, or when there will be no more. */
  async wait(): Promise<void> {
    if (!this.#isThere && !this.#isOver) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#isThere = false;
  }
}
