// How often each property is tried, where MAILWIRE_PROPERTY_RUNS says so (`pnpm fuzz` does); each time with another seed.

import fc from "fast-check";

fc.configureGlobal({ numRuns: Number(process.env["MAILWIRE_PROPERTY_RUNS"]) });
