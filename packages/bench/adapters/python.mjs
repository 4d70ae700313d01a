// python3's imaplib and poplib
import path from "node:path";
import { root } from "../harness/load.mjs";
const py = (s) => (args) => ({ argv: ["/usr/bin/python3", path.join(root, "python", s), JSON.stringify(args)], stdout: true });
export default {
  name: "python imaplib/poplib",
  kind: "peer",
  version: "python3",
  session: { imapClientCmd: py("imaplib_client.py"), popClientCmd: py("poplib_client.py") },
};
