// mailwire turning bare CR and LF into CRLF, as nodemailer always does.
import { dotStuffing } from "./mailwire.mjs";

export default {
  name: "mailwire-normalize",
  kind: "product",
  version: "workspace",
  note: "normalizes bare CR/LF while stuffing",
  codec: dotStuffing("normalize"),
};
