// Postfix and Dovecot as one site in a folder of their own: Postfix delivers into Dovecot's Maildirs, and asks Dovecot for passwords.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Dovecot, startDovecot } from "./dovecot.ts";
import { delivered } from "./maildir.ts";
import { type Postfix, startPostfix } from "./postfix.ts";
import { makeScratch, removeScratch } from "./scratch.ts";

/** A running site for example.test. */
export interface MailSite {
  readonly postfix: Postfix;
  readonly dovecot: Dovecot;
  /** A folder for whatever a test needs. */
  readonly scratch: string;
  /** The message of a user that matches, once it is there, as latin1 text with LF. */
  delivered(user: string, pattern: RegExp): Promise<string>;
  /** Ends both and removes all files. */
  stop(): Promise<void>;
}

/** Starts both; `settings` are lines for Postfix's main.cf. */
export async function startMailSite(settings = ""): Promise<MailSite> {
  const scratch = await makeScratch();
  const [postfixFiles, dovecotFiles] = [join(scratch, "postfix"), join(scratch, "dovecot")];
  const homes = join(dovecotFiles, "home");
  const socket = join(dovecotFiles, "run", "auth-smtp");
  await Promise.all([mkdir(postfixFiles), mkdir(dovecotFiles)]);
  const dovecot = await startDovecot(dovecotFiles, "service auth {\n  unix_listener auth-smtp {\n    mode = 0666\n  }\n}\n");
  const auth = `smtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = dovecot\nsmtpd_sasl_path = ${socket}\nsmtpd_tls_auth_only = yes\n`;
  const postfix = await startPostfix(postfixFiles, homes, dovecot.certificate, auth + settings);
  return {
    postfix,
    dovecot,
    scratch,
    delivered: (user, pattern) => delivered(join(homes, user, "Maildir"), pattern),
    stop: async () => {
      await postfix.stop();
      await dovecot.stop();
      await removeScratch(scratch);
    },
  };
}
