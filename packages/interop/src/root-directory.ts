// A root directory of its own for programs whose paths are compiled in: with the files of their packages, and the libraries that they load.

import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withLibraries } from "./debian-package.ts";
import { mustRun } from "./program.ts";

/** A folder to be run in by `chroot`, which takes root. */
export interface RootDirectory {
  readonly path: string;
  /** The files of the packages, as `unpacked` gives them. */
  readonly packages: string;
  /** Programs of the packages, by their paths there; `/bin/sh` is there in any case. */
  readonly programs: readonly string[];
  /** A pattern of the shell for files of this machine that they load when they need them. */
  readonly plugins?: string;
  /** Lines for `/etc/passwd`, beside root's, and for `/etc/group`. */
  readonly accounts: readonly string[];
  readonly groups: readonly string[];
}

/** Makes it. */
export async function makeRootDirectory({ path, packages, programs, plugins = "", accounts, groups }: RootDirectory): Promise<void> {
  const { stdout: names } = await mustRun(["sh", "-c", `echo /bin/sh ${plugins}`]);
  const files = names.trim().split(" ");
  const { stdout } = await mustRun(["ldd", ...files, ...programs.map((program) => join(packages, program))], {
    env: { LD_LIBRARY_PATH: (await withLibraries(packages))["LD_LIBRARY_PATH"] ?? "" },
  });
  const libraries = Array.from(stdout.matchAll(/(\/\S+) \(0x/g), ([, library = ""]) => library);
  const foreign = new Set(libraries.filter((library) => !library.startsWith(packages)));
  await mustRun(["cp", "-a", `${packages}/.`, path]);
  await mustRun(["cp", "-L", "--parents", ...files, ...foreign, path]);
  await Promise.all(["dev", "etc", "tmp"].map((name) => mkdir(join(path, name), { recursive: true })));
  await writeFile(join(path, "etc", "passwd"), ["root:x:0:0::/:/bin/sh", ...accounts, ""].join("\n"));
  await writeFile(join(path, "etc", "group"), ["root:x:0:", ...groups, ""].join("\n"));
  // An ordinary file will do: nobody reads what is written to it.
  await writeFile(join(path, "dev", "null"), "");
  await chmod(join(path, "dev", "null"), 0o666);
}
