// What was done about a referral is kept, and the page is shown anew.
import { wireForms } from "/static/act.js";

wireForms(document);
document.addEventListener("fp-done", () => location.reload());
