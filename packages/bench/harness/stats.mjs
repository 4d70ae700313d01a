export const median = (list) => {
  const s = [...list].sort((a, b) => a - b);
  const n = s.length;
  if (!n) return NaN;
  return n % 2 ? s[(n - 1) / 2] : (s[n / 2 - 1] + s[n / 2]) / 2;
};
// half the interquartile range over the median: a plain figure for noise, in percent
export const spread = (list) => {
  const s = [...list].sort((a, b) => a - b);
  if (s.length < 4) return NaN;
  const q = (p) => s[Math.min(s.length - 1, Math.max(0, Math.round(p * (s.length - 1))))];
  return ((q(0.75) - q(0.25)) / 2 / median(s)) * 100;
};
const num = (v) => {
  if (v === null || v === undefined || Number.isNaN(v)) return "-";
  if (typeof v === "string") return v;
  const a = Math.abs(v);
  if (a === 0) return "0";
  if (a >= 1000) return Math.round(v).toLocaleString("en-US").replace(/,/g, " ");
  if (a >= 100) return v.toFixed(0);
  if (a >= 10) return v.toFixed(1);
  if (a >= 1) return v.toFixed(2);
  return v.toFixed(3);
};
export function table(head, rows) {
  const all = [head, ...rows.map((r) => r.map(num))];
  const w = head.map((_, i) => Math.max(...all.map((r) => String(r[i] ?? "").length)));
  const line = (r) => "| " + r.map((c, i) => (i ? String(c ?? "").padStart(w[i]) : String(c ?? "").padEnd(w[i]))).join(" | ") + " |";
  return [
    line(all[0]),
    "|" + w.map((n, i) => (i ? "-".repeat(n + 1) + ":" : "-".repeat(n + 2))).join("|") + "|",
    ...all.slice(1).map(line),
  ].join("\n");
}
