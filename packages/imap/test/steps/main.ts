// Prints how many steps the decoders take for inputs of one kind, and for the same twice as large.

import { steps } from "./counter.ts";

const { CASES } = await import("./cases.ts");
for (const { name, run } of CASES) {
  if (!new RegExp(process.argv[2] ?? "").test(name)) continue;
  run(1);
  const single = await steps(() => run(1));
  const twice = await steps(() => run(2));
  console.log(JSON.stringify({ name, single, twice }));
}
