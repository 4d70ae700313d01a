// A folder of its own for a test's files, readable by the daemons that run as other users.

import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Makes a temporary folder. */
export async function makeScratch(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "mailwire-interop-"));
  await chmod(directory, 0o755);
  return directory;
}

/** Removes it with all that is in it. */
export async function removeScratch(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
}
