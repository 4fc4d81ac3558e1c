// What the parts of the call screen share: which call it is, and what is under way on this page.
export const call = Number(document.body.dataset.call);
export const $ = (id) => document.getElementById(id);
export const centre = () => $("centre");
export const isAway = () => document.body.classList.contains("away");

// waiting, firsts: answers on their way; turning: another question is; danger: the answer of the first minute that the hub has not heard; shownAt: when the middle last changed
export const now = { need: "", asking: "", shownAt: 0, waiting: 0, turning: 0, firsts: 0, danger: "" };

export function problem(words) {
  const place = $("answer-problem");
  if (place) place.textContent = words; else if (words) $("announce-now").textContent = words;
}
