// Prints how many steps the decoders take for inputs of one kind, and for the same twice as large.

import { steps } from "./counter.ts";

// The codec is loaded when the platform's methods are counted.
const { CASES } = await import("./cases.ts");
for (const { name, run } of CASES) {
  // What happens only once happens now.
  run(1);
  const single = await steps(() => run(1));
  const twice = await steps(() => run(2));
  console.log(JSON.stringify({ name, single, twice }));
}
