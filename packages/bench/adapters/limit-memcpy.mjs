// Physical limit: every chunk copied once (Buffer.copy into one place), nothing looked at.
function run(chunks) {
  const out = Buffer.allocUnsafe(1 << 20);
  let n = 0;
  for (const c of chunks) n += c.copy(out, 0);
  return n;
}
export default {
  name: "limit-memcpy",
  kind: "limit",
  codec: { dotEncode: run, dotDecode: run, imapResponses: run, smtpReplies: run, smtpCommands: run },
};
