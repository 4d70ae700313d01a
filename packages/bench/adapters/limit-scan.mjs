// Physical limit: one native search per chunk for the bytes that matter (Buffer.indexOf), repeated after each hit.
const of = (needle) => {
  const nb = Buffer.from(needle, "latin1");
  return (chunks) => {
    let n = 0;
    for (const c of chunks) for (let p = c.indexOf(nb); p !== -1; p = c.indexOf(nb, p + 1)) n++;
    return n;
  };
};
export default {
  name: "limit-scan",
  kind: "limit",
  note: "indexOf('\\n.') / indexOf('\\r\\n.') / indexOf('\\r\\n') after every hit",
  codec: { dotEncode: of("\n."), dotDecode: of("\r\n."), imapResponses: of("\r\n"), smtpReplies: of("\r\n"), smtpCommands: of("\r\n") },
};
