import { expect, test } from "vitest";
import { keepOne } from "./keep-one.ts";

test("one object of a class is made, with the arguments given first", () => {
  const made: string[] = [];
  class Named {
    readonly name: string;
    constructor(name: string) {
      this.name = name;
      made.push(name);
    }
  }
  keepOne(Named, "first");
  keepOne(Named, "second");
  expect(made).toEqual(["first"]);
});

test("a constructor may ask for its own class", () => {
  const made: string[] = [];
  class Named {
    readonly name: string;
    constructor(name: string) {
      keepOne(Named, "kept");
      this.name = name;
      made.push(name);
    }
  }
  const objects = [new Named("first"), new Named("second")];
  expect(objects.map(({ name }) => name)).toEqual(["first", "second"]);
  expect(made).toEqual(["kept", "first", "second"]);
});
