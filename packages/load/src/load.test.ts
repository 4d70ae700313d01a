// The scenarios, small, on a reference server in this process: who behaves is served, and nothing is left behind. What it costs `pnpm load` tells.

import { startMailServer } from "example-mail-server";
import { expect, test, vi } from "vitest";
import { observe } from "./bystander.ts";
import { Crowd } from "./crowd.ts";
import { ACCOUNTS, DOMAIN } from "./scenario.ts";
import { SMALL } from "./scenarios.ts";

test.each(SMALL.map((scenario) => [scenario.name, scenario] as const))("others are served during %s", async (_, scenario) => {
  const { server, ports } = await startMailServer({
    host: "127.0.0.1",
    ports: { smtp: 0, pop3: 0, imap: 0, imaps: 0 },
    domains: [DOMAIN],
    users: Object.values(ACCOUNTS),
    allowPlaintextAuth: true,
    ...(scenario.limits && { limits: scenario.limits }),
  });
  const { smtp = 0, pop3 = 0, imap = 0, imaps = 0 } = ports;
  const crowd = new Crowd();
  const done = new AbortController();
  const stage = { ports: { smtp, pop3, imap, imaps }, crowd };
  let ready: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (ready = resolve));
  const observing = observe(stage.ports, scenario.served, done.signal, ready);
  await begun;
  const complaints = await scenario.play(stage);
  done.abort();
  const { served, failures } = await observing;
  crowd.disperse();
  expect({ complaints, failures }).toEqual({ complaints: [], failures: [] });
  expect(served).toBeGreaterThan(0);
  await vi.waitFor(() => expect(server.sessions.size).toBe(0), { timeout: 10_000 });
  await server.close();
});
