// What was given up is sent again; the list is then shown as it is.
import { wireForms } from "/static/act.js";

wireForms(document);
document.addEventListener("fp-done", () => location.reload());
