// Programs of Debian packages that cannot be installed, as they are in the way of others: unpacked, and run from where they are.

import { access, mkdir, readdir, rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mustRun } from "./program.ts";

/** The folder with the files of some packages, fetched once. What they depend on must be installed. */
export async function unpacked(...names: readonly string[]): Promise<string> {
  const folder = join(tmpdir(), "mailwire-interop-packages", names.join("+"));
  const exists = await access(folder).then(
    () => true,
    () => false,
  );
  if (exists) return folder;
  const partial = `${folder}.${process.pid}`;
  await mkdir(partial, { recursive: true });
  const download = `apt-get download -qq -o APT::Sandbox::User=root ${names.join(" ")}`;
  const fetching = `${download} || { apt-get update -qq && ${download}; }`;
  const unpacking = `for file in *.deb; do dpkg -x "$file" . || exit 1; done; rm *.deb`;
  await mustRun(["sh", "-c", `{ ${fetching}; } && ${unpacking}`], { cwd: partial, timeoutMs: 120_000 });
  await rename(partial, folder);
  return folder;
}

/** The environment in which programs of such a folder find libraries that came with them. */
export async function withLibraries(folder: string): Promise<Record<string, string | undefined>> {
  const lib = join(folder, "usr", "lib");
  const names = await readdir(lib).catch(() => []);
  const paths = [lib, ...names.filter((name) => name.endsWith("-linux-gnu")).map((name) => join(lib, name))];
  return { ...process.env, LD_LIBRARY_PATH: paths.join(":") };
}
