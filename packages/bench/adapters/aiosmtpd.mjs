import path from "node:path";
import { root } from "../harness/load.mjs";
export default {
  name: "aiosmtpd",
  kind: "peer",
  version: "debian",
  session: {
    smtpReceiveCmd: ({ host, port }) => ({ argv: ["/usr/bin/python3", path.join(root, "python/aiosmtpd_sink.py"), host, String(port)] }),
  },
};
