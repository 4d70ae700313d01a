// mailwire as its users use it, on the built packages.
import { dotStuffing, imap, smtp } from "./mailwire-codec.mjs";
import { session } from "./mailwire-session.mjs";

export default {
  name: "mailwire",
  kind: "product",
  version: "workspace",
  codec: { ...dotStuffing("reject"), ...imap, ...smtp },
  session,
};
