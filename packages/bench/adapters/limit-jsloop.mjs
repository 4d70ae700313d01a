// Limit of any per-byte JavaScript loop: each byte read and compared with LF, nothing else.
function scan(c) {
  let n = 0;
  for (let i = 0; i < c.length; i++) if (c[i] === 10) n++;
  return n;
}
function run(chunks) {
  let n = 0;
  for (const c of chunks) n += scan(c);
  return n;
}
export default {
  name: "limit-jsloop",
  kind: "limit",
  codec: { dotEncode: run, dotDecode: run, imapResponses: run, smtpReplies: run, smtpCommands: run },
};
