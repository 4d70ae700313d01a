// postfix's own test programs, in C: smtp-source and smtp-sink.
import { demote, which } from "../harness/session.mjs";
export default {
  name: "postfix smtp-source/smtp-sink",
  kind: "peer",
  version: "postfix",
  session: {
    smtpReceiveCmd({ host, port }) {
      const bin = which("smtp-sink");
      return bin && { argv: demote([bin, "-m", "20000", `${host}:${port}`, "2048"]) };
    },
    smtpSendCmd({ host, port, size, count, connections }) {
      const bin = which("smtp-source");
      return (
        bin && {
          argv: [
            bin,
            "-d",
            "-s",
            String(connections),
            "-m",
            String(count),
            "-l",
            String(size),
            "-f",
            "a@example.com",
            "-t",
            "b@example.com",
            `${host}:${port}`,
          ],
        }
      );
    },
  },
};
