import { inspect } from "node:util";
import { expect, test } from "vitest";
import { Secret } from "./secret.ts";

test("a secret prints as stars whichever way it is printed", () => {
  const secret = new Secret("hunter2");
  const printed = [
    String(secret),
    secret.toString(),
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ deep: [secret] }),
    Object.keys(secret).join(),
  ];
  for (const text of printed) expect(text).not.toContain("hunter2");
  expect(String(secret)).toBe("*****");
  expect(JSON.stringify(secret)).toBe('"*****"');
  expect(inspect(secret)).toBe("*****");
});

test("its value is there for whoever asks", () => {
  const bytes = Uint8Array.of(1, 2);
  expect(new Secret("hunter2").reveal()).toBe("hunter2");
  expect(new Secret(bytes).reveal()).toBe(bytes);
});
