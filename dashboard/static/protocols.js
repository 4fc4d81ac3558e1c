// What is done about a protocol is shown anew; while a proof is being made the page looks again by itself.
import { wireForms } from "/static/act.js";

const LOOK_AGAIN_MS = 3000;
wireForms(document);
document.addEventListener("fp-done", () => location.reload());
document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("details.ask-why") && event.target.open) event.target.querySelector("input")?.focus();
}, true);

// a reload would take away what somebody is typing
const typing = () => [...document.querySelectorAll("input.field, textarea.field")].some((field) => field.value !== "" || field === document.activeElement);
if ("proving" in document.body.dataset) setInterval(() => { if (!typing()) location.reload(); }, LOOK_AGAIN_MS);
