// A text is proposed; its faults lead to their lines, and nothing typed is lost: it is kept in this browser until it is in.
import { csrf } from "/static/post.js";

const $ = (id) => document.getElementById(id), form = $("propose"), text = $("text"), why = $("why");
const key = `fp-proposal:${document.body.dataset.user}:${form.dataset.of}`;

const kept = JSON.parse(localStorage.getItem(key) ?? "null");
if (kept) { text.value = kept.text; why.value = kept.why; $("kept").textContent = "What you typed before is here again."; }
const keep = () => localStorage.setItem(key, JSON.stringify({ text: text.value, why: why.value }));
for (const field of [text, why]) field.addEventListener("input", keep);

$("file").addEventListener("change", async () => {
  const [file] = $("file").files;
  if (file) { text.value = await file.text(); keep(); }
});

function where() {
  const before = text.value.slice(0, text.selectionStart).split("\n");
  $("where").textContent = `line ${before.length}, column ${before.at(-1).length + 1}`;
}
for (const kind of ["keyup", "click", "input"]) text.addEventListener(kind, where);

function goTo(line, column) {
  const lines = text.value.split("\n"), start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  text.focus();
  text.setSelectionRange(start + column - 1, start + (lines[line - 1] ?? "").length);
  text.scrollTop = Math.max(0, line - 6) * (text.scrollHeight / lines.length);
  where();
}

function show(problem, faults) {
  $("problem").textContent = problem;
  $("fault-list").replaceChildren(...faults.map((fault) => {
    const item = document.createElement("li"), button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn--small";
    button.textContent = `line ${fault.line}, column ${fault.column}`;
    button.addEventListener("click", () => goTo(fault.line, fault.column));
    item.append(button, ` ${fault.message}`);
    return item;
  }));
  $("faults").hidden = false;
}

async function propose() {
  const response = await fetch("/api/protocols/propose", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": csrf() },
    body: JSON.stringify({ text: text.value, why: why.value }),
  });
  const said = await response.json().catch(() => ({}));
  if (response.ok) { localStorage.removeItem(key); location.assign(`/protocols/${said.version}`); return; }
  show(said.problem ?? `The hub refused (${response.status}). What you typed is kept.`, said.faults ?? []);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  propose().catch(() => show("The hub did not answer. What you typed is kept; try again.", []));
});
