// What is done about a protocol is shown anew; while a proof is being made the page looks again by itself.
import { wireForms } from "/static/act.js";

const LOOK_AGAIN_MS = 3000;
wireForms(document);
document.addEventListener("fp-done", () => location.reload());
// opened here, not heard of by "toggle": that comes later, and a reason typed at once would lose its first letters
document.addEventListener("click", (event) => {
  const asks = event.target.closest?.("details.ask-why > summary")?.parentElement;
  if (!asks) return;
  event.preventDefault();
  asks.open = !asks.open;
  if (asks.open) asks.querySelector("input")?.focus();
});

// a reload would take away what somebody is typing
const typing = () => [...document.querySelectorAll("input.field, textarea.field")].some((field) => field.value !== "" || field === document.activeElement);
if ("proving" in document.body.dataset) setInterval(() => { if (!typing()) location.reload(); }, LOOK_AGAIN_MS);
