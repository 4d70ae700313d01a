// mailwire leaving bare CR and LF alone, as smtp-server always does.
import { dotStuffing } from "./mailwire.mjs";

export default {
  name: "mailwire-keep",
  kind: "product",
  version: "workspace",
  note: "leaves bare CR and LF alone",
  codec: dotStuffing("keep"),
};
