import worker from "example-worker";
import { expect, inject, test } from "vitest";
import "../peers.ts";

const { ports, user } = inject("peers");
const env = { SUBMISSION_HOST: "127.0.0.1", SUBMISSION_PORT: String(ports.submission), USER: user.name, PASSWORD: user.password };

function submit(from: string, to: string, password = env.PASSWORD): Promise<Response> {
  const request = new Request(`https://worker.example/?from=${from}&to=${to}`, {
    method: "POST",
    body: "Subject: hello\r\n\r\nFrom a Worker.\r\n",
  });
  return worker.fetch(request, { ...env, PASSWORD: password });
}

test("the example sends mail through the reference server", async () => {
  const response = await submit("alice@mail.example", "alice@mail.example");
  expect(await response.text()).toMatch(/^250 /);
});

test("the example tells what the server says", async () => {
  const refused = await submit("alice@mail.example", "nobody@mail.example");
  expect(refused.status).toBe(422);
  expect(await refused.text()).toMatch(/nobody|550|no such/i);
  expect((await submit("alice@mail.example", "alice@mail.example", "wrong")).status).toBe(422);
});
