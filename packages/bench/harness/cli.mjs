// --key value / --flag; unknown keys are refused so that a typo never runs the wrong thing.
export function cli(defaults) {
  const out = { ...defaults };
  const argv = process.argv.slice(2);
  for (let i = 0; i < argv.length; i++) {
    const m = /^--([a-z-]+)(?:=(.*))?$/.exec(argv[i]);
    if (!m || !(m[1] in defaults)) {
      console.error(
        `unknown argument ${argv[i]}; known: ${Object.keys(defaults)
          .map((k) => `--${k} (${JSON.stringify(defaults[k])})`)
          .join(" ")}`,
      );
      process.exit(2);
    }
    const k = m[1];
    if (typeof defaults[k] === "boolean") out[k] = m[2] === undefined ? true : m[2] === "true";
    else {
      const v = m[2] !== undefined ? m[2] : argv[++i];
      out[k] = typeof defaults[k] === "number" ? Number(v) : v;
    }
  }
  return out;
}
export const list = (s) =>
  String(s || "")
    .split(",")
    .map((x) => x.trim())
    .filter(Boolean);
