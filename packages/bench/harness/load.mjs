import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
/** `name` is a file in adapters/ (without .mjs) or a path to any ES module with the same default export. */
export async function loadImpl(name) {
  const file = /[./]/.test(name) ? path.resolve(name) : path.join(root, "adapters", name + ".mjs");
  return (await import(pathToFileURL(file).href)).default;
}
