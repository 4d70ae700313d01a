// Plays many scripts at once: most of the time of each is spent waiting for nothing to happen.

import type { Runner, Verdict } from "./runner.ts";
import type { Script } from "./script.ts";

/** More would make each other late. */
const AT_ONCE = 20;

/** Plays all scripts; the verdicts come in the order of the scripts, each as soon as those before it are there. */
export async function* playAll(runner: Runner, scripts: readonly Script[]): AsyncGenerator<readonly [Script, readonly Verdict[]]> {
  const rest = [...scripts];
  const running: (readonly [Script, Promise<readonly Verdict[]>])[] = [];
  for (;;) {
    while (running.length < AT_ONCE) {
      const script = rest.shift();
      if (script === undefined) break;
      running.push([script, runner.play(script)]);
    }
    const first = running.shift();
    if (first === undefined) return;
    yield [first[0], await first[1]];
  }
}

/** One line about a script: its name, how it went, what was seen. */
export function lineAbout({ id }: Script, verdicts: readonly Verdict[]): string {
  const observed = verdicts.map(({ way, observed: what }) => `${way}: ${what}`).join("; ");
  const violations = violationsIn(verdicts);
  const leftOut = leftOutIn(verdicts);
  if (leftOut !== undefined) return `${id} left out (${leftOut})`;
  return violations.length === 0 ? `${id} ok (${observed})` : `${id} FAILED ${violations.join("; ")} (${observed})`;
}

/** What was wrong, over whichever way. */
export function violationsIn(verdicts: readonly Verdict[]): string[] {
  return verdicts.flatMap(({ way, violations }) => violations.map((what) => `${way}: ${what}`));
}

/** Why a script was not played. */
export function leftOutIn(verdicts: readonly Verdict[]): string | undefined {
  return verdicts.find(({ leftOut }) => leftOut !== undefined)?.leftOut;
}
