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
  /** Lines for `/etc/passwd`, beside root's, and for `/etc/group`. */
  readonly accounts: readonly string[];
  readonly groups: readonly string[];
}

/** Makes it. */
export async function makeRootDirectory({ path, packages, programs, accounts, groups }: RootDirectory): Promise<void> {
  await mustRun(["cp", "-a", `${packages}/.`, path]);
  await mkdir(join(path, "bin"), { recursive: true });
  await mustRun(["cp", "-L", "/bin/sh", join(path, "bin", "sh")]);
  const { stdout } = await mustRun(["ldd", ...["/bin/sh", ...programs].map((program) => join(path, program))], {
    env: { LD_LIBRARY_PATH: (await withLibraries(packages))["LD_LIBRARY_PATH"] ?? "" },
  });
  const libraries = new Set(
    Array.from(stdout.matchAll(/(\/\S+) \(0x/g), ([, library = ""]) => library).filter((library) => !library.startsWith(packages)),
  );
  await mustRun(["cp", "-L", "--parents", ...libraries, path]);
  await mkdir(join(path, "etc"), { recursive: true });
  await mkdir(join(path, "dev"), { recursive: true });
  await mkdir(join(path, "tmp"), { recursive: true });
  await writeFile(join(path, "etc", "passwd"), ["root:x:0:0::/:/bin/sh", ...accounts, ""].join("\n"));
  await writeFile(join(path, "etc", "group"), ["root:x:0:", ...groups, ""].join("\n"));
  // An ordinary file will do: nothing is written to it that anybody reads.
  await writeFile(join(path, "dev", "null"), "");
  await chmod(join(path, "dev", "null"), 0o666);
}
