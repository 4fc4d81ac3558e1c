// What was answered or changed is shown at once, and so is what becomes of a message: the newest page is taken anew, but never
// from under somebody who is typing an answer.
import { wireForms } from "/static/act.js";
import { follow } from "/static/feed.js";

const AT_MOST_EVERY_MS = 1000, LOOKS = new Set(["message", "task"]), body = document.body;
let soon = 0;

const isInUse = () => [...document.querySelectorAll(".reply input")].some((field) => field.value || field === document.activeElement) || document.querySelector(".message details[open]");

async function refresh() {
  soon = 0;
  if (isInUse()) { again(); return; }
  const page = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "error" }).then((answer) => (answer.ok ? answer.text() : ""), () => "");
  const fresh = new DOMParser().parseFromString(page, "text/html").querySelector(".pane");
  if (!fresh || isInUse()) return;
  const focus = document.activeElement?.closest(".message")?.id;
  document.querySelector(".pane").replaceWith(fresh);
  if (focus) document.getElementById(focus)?.querySelector("a, summary")?.focus({ preventScroll: true });
}

function again() { soon ||= setTimeout(refresh, AT_MOST_EVERY_MS); }

wireForms(document);
document.addEventListener("fp-done", () => location.reload());
if (body.dataset.cursor) follow({
  cursor: Number(body.dataset.cursor),
  epoch: "",
  event: ({ topic }) => { if (LOOKS.has(topic)) again(); },
  snapshot: async () => { const { cursor } = new DOMParser().parseFromString(await (await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "error" })).text(), "text/html").body.dataset; again(); return { cursor: Number(cursor), epoch: "" }; },
  state() {},
});
