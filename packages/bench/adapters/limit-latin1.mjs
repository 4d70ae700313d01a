// Limit of any string-based parser: each chunk decoded once to a one-byte string.
function run(chunks) {
  let n = 0;
  for (const c of chunks) n += c.latin1Slice(0, c.length).length;
  return n;
}
export default {
  name: "limit-latin1",
  kind: "limit",
  codec: { dotEncode: run, dotDecode: run, imapResponses: run, smtpReplies: run, smtpCommands: run },
};
