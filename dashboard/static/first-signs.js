// The first minute without the hub (S6): its dangerous answers take over the middle with the sign's exact words, because
// they and the house's words travel with the page. The hub, once it is back, says the same.
import { STEADY_MS } from "./keys.js";

const questions = JSON.parse(document.getElementById("first-minute")?.textContent ?? "[]");

export function dangerOf(said) { // "breathing: no"
  const [id, answer] = said.split(":").map((part) => part.trim());
  const question = questions.find((one) => one.id === id);
  return question?.danger.includes(answer) ? { question, certain: answer !== "unknown" } : null;
}

// Takes the place of what `middle` shows; `dials` is told who rings 999, `back` that the answer was wrong.
export function takeOver(middle, { question, certain }, { dials, back }) {
  const shownAt = performance.now();
  const before = [...middle.childNodes], flag = document.getElementById("away-flag").content.cloneNode(true).firstElementChild;
  const put = (name, words) => { flag.querySelector(`[data-${name}]`).textContent = words; };
  put("title", certain ? question.title : `${question.title} (could not be ruled out)`);
  put("says", certain ? "This is a 999 call. Say exactly:" : "This could not be ruled out, so it is a 999 call. Say exactly:");
  flag.querySelector("blockquote").replaceChildren(...question.words.map((line) => Object.assign(document.createElement("p"), { textContent: `“${line}”` })));
  for (const button of flag.querySelectorAll("[data-rings]")) {
    button.onclick = () => {
      if (performance.now() - shownAt < STEADY_MS) return;
      dials(button.dataset.rings, question);
      flag.removeAttribute("role");
      flag.querySelector(".two-actions").replaceChildren(Object.assign(document.createElement("p"), { className: "warn-note", textContent: `999: ${button.dataset.rings === "caller" ? "the caller rings it now" : "you ring it now, from another line"}. It is kept here and told to the hub when it is back. Go on saying:` }));
      flag.querySelector("[data-goes-on]").hidden = false;
      flag.querySelector("[data-goes-on]").focus();
    };
  }
  flag.querySelector("[data-back]").onclick = () => { middle.replaceChildren(...before); back(question); };
  flag.querySelector("[data-goes-on]").onclick = () => middle.replaceChildren(...before);
  middle.replaceChildren(flag);
  flag.querySelector("button").focus();
}
