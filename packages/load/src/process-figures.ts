// What a process costs, as Linux tells it: resident memory and open file descriptors.

import { readFileSync, readdirSync } from "node:fs";

/** What a process costs at one moment. */
export interface Figures {
  readonly rssBytes: number;
  readonly descriptors: number;
}

/** The figures of a process now. */
export function figuresOf(pid: number): Figures {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? "0";
  return { rssBytes: Number(kib) * 1024, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

/** How many files this process may have open at a time: `ulimit -n`, which Node raises as far as it may. */
export function maxDescriptors(): number {
  const limit = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync("/proc/self/limits", "latin1"))?.[1];
  return limit === "unlimited" ? Infinity : Number(limit);
}

/** Looks at a process again and again. */
export class Watch {
  readonly #pid: number;
  readonly #timer: ReturnType<typeof setInterval>;
  #peak: Figures;

  constructor(pid: number) {
    this.#pid = pid;
    this.#peak = figuresOf(pid);
    this.#timer = setInterval(() => this.#look(), 100);
  }

  /** The highest figures since it began. */
  get peak(): Figures {
    this.#look();
    return this.#peak;
  }

  /** Looks no more. */
  end(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { rssBytes, descriptors } = figuresOf(this.#pid);
    this.#peak = {
      rssBytes: Math.max(this.#peak.rssBytes, rssBytes),
      descriptors: Math.max(this.#peak.descriptors, descriptors),
    };
  }
}
