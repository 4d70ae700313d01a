// Reading what a process cost, from /proc (Linux). CPU is user + system seconds.
import fs from "node:fs";
const HZ = 100; // USER_HZ, fixed at 100 on Linux x86/arm
export function cpuOf(pid) {
  try {
    const s = fs.readFileSync(`/proc/${pid}/stat`, "latin1");
    const f = s.slice(s.lastIndexOf(")") + 2).split(" ");
    return (Number(f[11]) + Number(f[12])) / HZ;
  } catch {
    return NaN;
  }
}
export function memOf(pid = "self") {
  const out = { rss: NaN, peak: NaN };
  try {
    const s = fs.readFileSync(`/proc/${pid}/status`, "latin1");
    out.rss = Number(/VmRSS:\s+(\d+)/.exec(s)?.[1]) / 1024;
    out.peak = Number(/VmHWM:\s+(\d+)/.exec(s)?.[1]) / 1024;
  } catch {}
  return out;
}
export function pssOf(pid) {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/smaps_rollup`, "latin1"))?.[1]) / 1024;
  } catch {
    return NaN;
  }
}
// Restarts the kernel's high-water mark, so that VmHWM covers the timed part only.
export function resetPeak(pid = "self") {
  try {
    fs.writeFileSync(`/proc/${pid}/clear_refs`, "5");
    return true;
  } catch {
    return false;
  }
}
export function childrenOf(pid) {
  const all = [];
  for (const d of fs.readdirSync("/proc")) {
    if (!/^\d+$/.test(d)) continue;
    try {
      const s = fs.readFileSync(`/proc/${d}/stat`, "latin1");
      all.push([Number(d), Number(s.slice(s.lastIndexOf(")") + 2).split(" ")[1]), s.slice(s.indexOf("(") + 1, s.lastIndexOf(")"))]);
    } catch {}
  }
  const out = [];
  const walk = (p) => {
    for (const [c, pp, name] of all) if (pp === p) (out.push({ pid: c, name }), walk(c));
  };
  walk(pid);
  return out;
}
