// What was answered or changed is shown at once: the list is loaded anew.
import { wireForms } from "/static/act.js";

wireForms(document);
document.addEventListener("fp-done", () => location.reload());
