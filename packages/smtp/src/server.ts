/**
 * Serves SMTP on one connection: a transport and handlers in, answers out.
 * @packageDocumentation
 */
import { drive, type ServedConnection, SplitTransport } from "@mailwire/transport";
import { type ByteTransport, ConnectionError } from "@mailwire/wire";
import { Conversation } from "./server/conversation.ts";
import { AttentiveTransport } from "./server/early-talk.ts";
import type { SmtpServerOptions } from "./server/options.ts";
import { Policy } from "./server/policy.ts";
import { CLOSING } from "./server/replies.ts";
import type { ServerEvent, ServerIntent, ServerSessionOptions } from "./session/server-events.ts";
import { ServerSession } from "./session/server-session.ts";

export { MessageBody } from "./server/message-body.ts";
export type * from "./server/options.ts";
export { type SubmissionOptions, submissionOptions } from "./server/submission.ts";

/**
 * Talks SMTP to the client behind `transport` until it quits, is dropped, or the connection is lost; RFC 5321. All that is decided is
 * decided by the handlers among the options; without any, every message is taken and forgotten. Nothing is thrown later:
 * `closed` of the result tells how it ended.
 */
export function serveSmtp(transport: ByteTransport, options: SmtpServerOptions): ServedConnection {
  const session = new ServerSession(sessionOptions(transport, options));
  const attentive = options.greetAfterMs === undefined ? undefined : new AttentiveTransport(transport);
  const splitting = options.onCommand === undefined ? undefined : new SplitTransport(attentive ?? transport);
  const driver = drive<ServerEvent, ServerIntent>(session, splitting ?? attentive ?? transport, {
    ...(options.tls === undefined ? {} : { tls: { side: "server", tls: options.tls } }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const policy = new Policy(options, transport.startTls !== undefined);
  const conversation = new Conversation({ session, driver, policy, attentive, options, splitting });
  if (options.onClose !== undefined) void driver.closed.then((closure) => conversation.over(closure));
  void conversation.begin();
  return {
    get closed() {
      return driver.closed;
    },
    close: () => {
      try {
        driver.send({ type: "close", reply: CLOSING });
      } catch (error) {
        // Over already is what was asked for.
        if (!(error instanceof ConnectionError)) throw error;
      }
    },
    abort: (reason) => driver.abort(reason),
  };
}

function sessionOptions(
  transport: ByteTransport,
  { protocol, eagerness, lineEnds, limits, observe }: SmtpServerOptions,
): ServerSessionOptions {
  return {
    secure: transport.info.secure,
    ...(protocol === undefined ? {} : { protocol }),
    ...(eagerness === undefined ? {} : { eagerness }),
    ...(lineEnds === undefined ? {} : { lineEnds }),
    ...(limits === undefined ? {} : { limits }),
    ...(observe === undefined ? {} : { observe }),
  };
}
