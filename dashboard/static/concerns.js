// An answer to what felt wrong is kept, and the list is shown anew.
import { wireForms } from "/static/act.js";

wireForms(document);
document.addEventListener("fp-done", () => location.reload());
