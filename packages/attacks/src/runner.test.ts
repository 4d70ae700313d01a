import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Hole, carelessSmtp, credulousImap } from "../test/careless-client.ts";
import { type ServerHole, carelessServer } from "../test/careless-server.ts";
import { CLIENT_COURSES } from "./client-course.ts";
import { Runner } from "./runner.ts";
import { type Script, readScripts } from "./script.ts";
import { SERVER_COURSES } from "./server-course.ts";

const FOLDER = new URL("../scripts/", import.meta.url);
const scripts = readdirSync(FOLDER).flatMap((file) => readScripts(readFileSync(new URL(file, FOLDER), "utf8")));

function script(id: string): Script {
  const found = scripts.find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no script ${id}`);
  return found;
}

async function violations(runner: Runner, id: string): Promise<string> {
  const verdicts = await runner.play(script(id), ["duplex"]);
  return verdicts.flatMap((verdict) => verdict.violations).join("; ");
}

describe("a client that is careless is caught", () => {
  test.each<[Hole, string, RegExp]>([
    ["goes on without TLS", "smtp-client-strip", /AUTH was said in clear/],
    ["goes on after a refusal", "smtp-client-refused-454", /AUTH was said in clear/],
    ["keeps what it read", "smtp-client-injected-behind-220", /believed, but not said inside TLS|as if nothing had happened/],
    ["keeps what it knows", "smtp-client-capabilities-kept", /believed, but not said inside TLS/],
    ["talks ahead", "smtp-client-talks-ahead", /was said where nothing may be/],
    ["trusts everybody", "smtp-client-certificate-self-signed", /all was done as if nothing had happened/],
    ["takes the common name", "smtp-client-certificate-common-name", /all was done as if nothing had happened/],
    ["refuses replies of many lines", "smtp-client-guard-many-lines", /a legal exchange was refused/],
    ["crashes", "smtp-client-strip", /an error without a type: TypeError/],
  ])("%s", async (hole, id, what) => {
    const careful = new Runner({ clients: { ...CLIENT_COURSES, smtp: carelessSmtp("none") }, servers: SERVER_COURSES });
    const careless = new Runner({ clients: { ...CLIENT_COURSES, smtp: carelessSmtp(hole) }, servers: SERVER_COURSES });
    expect(await violations(careful, id)).toBe("");
    expect(await violations(careless, id)).toMatch(what);
  });

  test("never ends", async () => {
    const careless = new Runner({ clients: { ...CLIENT_COURSES, smtp: carelessSmtp("never ends") }, servers: SERVER_COURSES });
    expect(await violations(careless, "smtp-client-strip")).toContain("hang");
  });

  test.each([
    ["imap-client-preauth", /SELECT was said in clear/],
    ["imap-client-tampered-exists", /EXISTS was told before TLS/],
    ["imap-client-capabilities-kept", /believed, but not said inside TLS/],
  ])("believes what comes first: %s", async (id, what) => {
    const careless = new Runner({ clients: { ...CLIENT_COURSES, imap: credulousImap }, servers: SERVER_COURSES });
    expect(await violations(careless, id)).toMatch(what);
  });
});

describe("a server that is careless is caught", () => {
  test.each<[ServerHole, string, RegExp]>([
    ["keeps what it read", "smtp-server-injected-noop", /was said where nothing may be|answered to nothing/],
    ["keeps the transaction", "smtp-server-transaction-kept", /where .* was due|granted, which nobody had earned/],
    ["takes logins in clear", "smtp-server-login-in-clear", /was tried in clear/],
    ["offers STARTTLS inside TLS", "smtp-server-starttls-twice", /where .* was due/],
    ["never hangs up", "smtp-server-plaintext-for-client-hello", /the connection was not closed/],
    ["ends whatever happens", "smtp-server-starttls-twice", /ended it \(left\) though nothing was wrong/],
  ])("%s", async (hole, id, what) => {
    const careful = new Runner({ clients: CLIENT_COURSES, servers: { ...SERVER_COURSES, smtp: carelessServer("none") } });
    const careless = new Runner({ clients: CLIENT_COURSES, servers: { ...SERVER_COURSES, smtp: carelessServer(hole) } });
    expect(await violations(careful, id)).toBe("");
    expect(await violations(careless, id)).toMatch(what);
  });
});
