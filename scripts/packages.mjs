// What the other scripts know of the workspace: the packages that are published.
import { readFileSync, readdirSync } from "node:fs";
import { resolve } from "node:path";

/** `{ name, folder, manifest }` of each package that is not private; the name is that of its folder. */
export const published = readdirSync("packages")
  .map((name) => ({ name, folder: resolve("packages", name), manifest: JSON.parse(readFileSync(`packages/${name}/package.json`, "utf8")) }))
  .filter(({ manifest }) => manifest.private !== true);
