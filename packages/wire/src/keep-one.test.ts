import { expect, test } from "vitest";
import { keepOne } from "./keep-one.ts";

test("one object of a class is made, with the arguments given first", () => {
  const made: string[] = [];
  class Name {
    constructor(name: string) {
      made.push(name);
    }
  }
  keepOne(Name, "first");
  keepOne(Name, "second");
  expect(made).toEqual(["first"]);
});

test("a constructor may ask for its own class", () => {
  let made = 0;
  class Counted {
    constructor() {
      keepOne(Counted);
      made += 1;
    }
  }
  expect(new Counted()).toBeInstanceOf(Counted);
  expect(new Counted()).toBeInstanceOf(Counted);
  expect(made).toBe(3);
});
