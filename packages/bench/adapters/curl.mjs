// curl: C, one command after another on one connection. Its size_download leaves out mail bytes that arrive in the same
// read as the server's reply line, so it is no measure of what was received: only the number of transfers is checked.
const transfers = (out) => ({ messages: out.trim().split("\n").length, bytes: null });
const base = ["curl", "-s", "-o", "/dev/null", "-w", "%{size_download}\\n"];
export default {
  name: "curl",
  kind: "peer",
  version: "curl",
  session: {
    imapClientCmd({ host, port, user, pass, mode, count, mailbox }) {
      if (mode !== "seq" && mode !== "big" && mode !== "big-stream") return null;
      const n = mode === "seq" ? count : 1;
      return {
        argv: [...base, "-u", `${user}:${pass}`, `imap://${host}:${port}/${mailbox};MAILINDEX=[1-${n}]`],
        stdout: true,
        parse: transfers,
      };
    },
    popClientCmd({ host, port, user, pass, mode, count }) {
      if (mode !== "seq") return null;
      return { argv: [...base, "-u", `${user}:${pass}`, `pop3://${host}:${port}/[1-${count}]`], stdout: true, parse: transfers };
    },
  },
};
