// mailwire's codecs as its users use them, on the built packages: chunks in, values out.
import { ResponseDecoder } from "@mailwire/imap/codec";
import { CommandDecoder, ReplyDecoder } from "@mailwire/smtp/codec";
import { DotDecoder, DotEncoder } from "@mailwire/wire";

/** Dot-stuffing under one policy for bare CR and LF. */
export function dotStuffing(policy) {
  return {
    dotEncode(chunks, sink) {
      const encoder = new DotEncoder(policy);
      for (const chunk of chunks) encoder.encode(chunk, sink);
      encoder.finish(sink);
    },
    dotDecode(chunks, sink) {
      const decoder = new DotDecoder(policy);
      for (const chunk of chunks) {
        decoder.decode(chunk, sink);
        if (decoder.done) return;
      }
    },
  };
}

const smtp = {
  smtpReplies(chunks, onReply) {
    const decoder = new ReplyDecoder();
    for (const chunk of chunks) {
      decoder.push(chunk);
      for (let reply = decoder.next(); reply !== undefined; reply = decoder.next()) onReply(reply.code, reply);
    }
  },
  smtpCommands(chunks, onCommand) {
    const decoder = new CommandDecoder();
    for (const chunk of chunks) {
      decoder.push(chunk);
      for (let received = decoder.next(); received !== undefined; received = decoder.next()) onCommand(received.command.verb, received);
    }
  },
};

const imap = {
  imapResponses(chunks, onResponse) {
    const decoder = new ResponseDecoder();
    let streamedBytes = 0;
    for (const chunk of chunks) {
      decoder.push(chunk);
      for (let event = decoder.next(); event !== undefined; event = decoder.next()) {
        if (event.type === "literal-chunk") streamedBytes += event.bytes.length;
        else if (event.type === "response") {
          onResponse({ response: event.response, streamedBytes });
          streamedBytes = 0;
        }
      }
    }
  },
  imapDigest(kind, { response, streamedBytes }, sums) {
    if (response.type === "SEARCH") {
      sums.n += 1;
      sums.count += response.numbers.length;
      for (const number of response.numbers) sums.sum += number;
    } else if (response.type === "ESEARCH") {
      sums.n += 1;
      sums.count += response.all.length;
      for (const { first, last } of response.all) sums.sum += first + last;
    } else if (response.type === "FETCH") {
      sums.n += 1;
      sums.bytes += streamedBytes;
      for (const item of response.items) addItem(kind, item, sums);
    }
  },
};

function addItem(kind, item, sums) {
  switch (item.type) {
    case "UID":
      sums.uid += item.uid;
      break;
    case "FLAGS":
      if (kind === "flags") sums.flags += item.flags.length;
      break;
    case "MODSEQ":
      sums.modseq += Number(item.modSeq);
      break;
    case "RFC822.SIZE":
      if (kind === "flags") sums.size += item.octets;
      break;
    case "ENVELOPE":
      sums.subject += item.envelope.subject.length;
      sums.to += item.envelope.to.length;
      break;
    case "BODYSTRUCTURE":
      addParts(item.structure, sums);
      break;
    case "BODY[]":
      if (item.data instanceof Uint8Array) sums.bytes += item.data.length;
  }
}

function addParts(structure, sums) {
  if (structure.kind === "multipart") for (const part of structure.parts) addParts(part, sums);
  else {
    sums.parts += 1;
    sums.octets += structure.octets;
  }
}

export default {
  name: "mailwire",
  kind: "product",
  version: "workspace",
  codec: { ...dotStuffing("reject"), ...imap, ...smtp },
};
