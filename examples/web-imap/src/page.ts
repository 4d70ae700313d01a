// The page's own script: shows the subjects in the inbox of whoever logs in.

import { readSubjects } from "./inbox.ts";

const form = document.querySelector("form");
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  const fields = new FormData(form);
  const gateway = new URL("/imap", location.href.replace(/^http/, "ws")).href;
  readSubjects({ gateway, user: text(fields, "user"), password: text(fields, "password") }).then(show, complain);
});

function text(fields: FormData, name: string): string {
  const value = fields.get(name);
  return typeof value === "string" ? value : "";
}

function show(subjects: readonly string[]): void {
  const items = subjects.map((subject) => Object.assign(document.createElement("li"), { textContent: subject }));
  document.querySelector("ol")?.replaceChildren(...items);
  say(`${subjects.length} messages`);
}

function complain(error: unknown): void {
  say(error instanceof Error ? error.message : String(error));
}

function say(words: string): void {
  const output = document.querySelector("output");
  if (output !== null) output.textContent = words;
}
