// What a key answers: each goes into the outbox at once, and none twice because it was pressed twice.
import { asksBack, padSays } from "./pad.js";
import { dangerOf, takeOver } from "./first-signs.js";
import { refresh, whenShown } from "./middle.js";
import { $, centre, isAway, now, problem } from "./on-call.js";
import { freshId } from "./outbox.js";
import { hubIsAway, saving } from "./saved.js";

const HUB_SAYS_MS = 2500;

export function answering(outbox, drafts) {
  const assessment = () => Number(centre().dataset.assessment);

  // which answer this page saw there: its own that is on its way, or what the hub last showed
  const own = new Map();
  whenShown(() => { if (!now.waiting) own.clear(); });

  function put(about, question, answer, after = own.get(question) ?? JSON.parse(centre().dataset.heads)[question] ?? "") {
    const id = freshId();
    own.set(question, id);
    outbox.put("answer", { id, assessment: about, question, answer, after });
  }

  function choose({ dataset: { question, answer, after } }) {
    goes(1);
    put(assessment(), question, JSON.parse(answer), after);
  }

  function goes(many) {
    now.waiting += many;
    problem("");
    if (isAway()) hubIsAway();
    saving();
  }

  function answer(value) {
    const question = document.querySelector("[data-question].ask")?.dataset.question;
    if (!question || !assessment() || now.turning) return; // another question is on its way: this key was meant for that one
    if (now.waiting && !isAway()) return; // pressed twice: the next question is not up yet
    for (const button of document.querySelectorAll("[data-act=answer]")) button.setAttribute("aria-pressed", String(button.dataset.value === value));
    goes(1);
    put(assessment(), question, value);
  }

  function sayNumber(field) {
    const odd = asksBack(field), said = field.value.trim();
    if (odd) { problem(odd); field.select(); } else if (said) answer(said);
  }

  // Each observation is an answer of its own, in the order of the pad.
  function sayAll(noneTaken = false) {
    const about = assessment(), says = padSays(noneTaken);
    if (!says || !about || now.turning || (now.waiting && !isAway())) return;
    if (!says.length) { refresh(); return; }
    goes(says.length);
    for (const [question, answer] of says) put(about, question, answer);
    outbox.chain.then(() => drafts.dropAll("pad:"));
  }

  // Without the hub the house's own words take over (S6); with it, its answer does.
  function takesOver() {
    const danger = now.danger && dangerOf(now.danger);
    if (!danger || !now.firsts || document.querySelector("[role=alertdialog]")) return;
    now.danger = "";
    takeOver($("centre"), danger, {
      dials: (whom) => { outbox.put("999", { dialled_by: whom }); },
      back: (question) => { now.firsts += 1; outbox.put("typed", { field: "first_minute", value: `${question.id}:`, typed_at: new Date().toISOString() }); },
    });
  }

  // what one key says (S6, S14) goes the way of what is typed
  function tell({ dataset: { tells: field, value } }) {
    if (now.firsts && !isAway()) return;
    now.firsts += 1;
    for (const other of document.querySelectorAll("[data-act=tell]")) if (other.dataset.tells === field) other.setAttribute("aria-pressed", String(other.dataset.value === value));
    saving();
    outbox.put("typed", { field, value, typed_at: new Date().toISOString() });
    if (field === "first_minute") { now.danger = value; setTimeout(takesOver, isAway() ? 0 : HUB_SAYS_MS); }
    if (isAway()) problem("Your answer is kept on this computer. Look above whether it is 999; the next question comes when the hub is back.");
  }

  function takeBack() {
    now.waiting += 1;
    saving();
    put(assessment(), centre().dataset.last, null);
  }

  return { answer, choose, sayNumber, sayAll, tell, takeBack, takesOver };
}
