// Runs one server capability of an adapter in its own process and answers questions over IPC.
import { loadImpl } from "./load.mjs";
const spec = JSON.parse(process.argv[2]);
const a = await loadImpl(spec.impl);
const s = await a.session[spec.cap](spec.args);
process.on("message", (m) => {
  if (m === "count") process.send({ count: s.count ? s.count() : null });
  else if (m === "gc") {
    global.gc?.();
    process.send({ gc: true });
  } else if (m === "stop") process.exit(0);
});
process.on("disconnect", () => process.exit(0));
process.send({ ready: true });
