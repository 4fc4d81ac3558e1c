// The page asks for the next look at the file, and shows it; the call that was typed stays through every save.

const VERDICTS = {
  proved: "Proved: sound in every possible call",
  not_proved: "NOT PROVED: not to be used so",
  invalid: "NOT SOUND: it cannot be read as a protocol",
  away: "The preview has ended: start it again at the terminal",
};
const answers = {};
const at = (id) => document.getElementById(id);

function made(name, words, ...children) {
  const node = document.createElement(name);
  if (words) node.textContent = words;
  node.append(...children);
  return node;
}

function found(one) {
  const item = made("li", "", made("b", `line ${one.line} `), made("span", one.obligation, " "), made("div", one.message));
  item.children[1].className = "mute";
  const said = Object.entries(one.call ?? {});
  if (one.call) {
    item.append(made("dl", "", ...said.flatMap(([ask, answer]) => [made("dt", ask), made("dd", answer)])));
    item.append(made("p", "every other question: mildest, or not applicable"));
    item.lastChild.className = "mute";
  }
  return item;
}

function list(id, all, none) {
  at(id).replaceChildren(...(all.length ? all.map(found) : [made("li", none)]));
}

function field(question) {
  const label = made("label", question.ask);
  const input = document.createElement(question.answers.length ? "select" : "input");
  input.id = label.htmlFor = `answer-${question.id}`;
  if (question.answers.length) {
    for (const [value, words] of [["", "not reached"], ...question.answers, ["unknown", "not known"]]) {
      input.append(new Option(words, value));
    }
  } else {
    input.placeholder = `${question.unit}, or unknown`;
  }
  input.value = answers[question.id] ?? "";
  input.addEventListener("change", () => {
    const word = input.value.trim();
    if (word) answers[question.id] = question.answers.length || Number.isNaN(Number(word)) ? word : Number(word);
    else delete answers[question.id];
    ring();
  });
  return made("div", "", label, input);
}

async function ring() {
  const body = JSON.stringify({ answers });
  const answer = await fetch("call", { method: "POST", headers: { "content-type": "application/json" }, body });
  const told = await answer.json();
  if (!answer.ok) {
    at("outcome").replaceChildren(made("p", told.problem ?? "This answer fits no question."));
    return;
  }
  const so = told.remaining ? ` so far, at most ${told.remaining} more questions` : "";
  at("outcome").replaceChildren(
    made("p", "", made("b", `${told.label}: ${told.title}`), so),
    made("p", `by ${told.rules.join(", ")}${told.because.length ? `; because ${told.because.join(", ")}` : ""}`),
    ...told.would.map((one) => made("p", `Would become ${one.title} if: ${one.changes.join(" · ")}`)),
  );
}

function show(told) {
  at("title").textContent = told.title ?? told.file;
  const time = new Date().toLocaleTimeString("en-GB");
  at("verdict").textContent = `${VERDICTS[told.verdict]} (as saved, ${time})`;
  at("verdict").dataset.verdict = told.verdict;
  list("problems", told.problems, "nothing");
  list("warnings", told.warnings, "nothing");
  at("sheet").hidden = !told.questions;
  if (!told.questions) return;
  at("sheet").src = `sheet.svg?${told.nth}`;
  at("sheet").alt = `Flow sheet of ${told.title}`;
  const here = document.activeElement?.id;
  at("call").replaceChildren(...told.questions.map(field));
  if (here?.startsWith("answer-")) at(here)?.focus();
  for (const name of Object.keys(answers)) if (!told.questions.some((one) => one.id === name)) delete answers[name];
  ring();
}

at("call").addEventListener("submit", (event) => event.preventDefault());
for (let seen = 0; ; ) {
  try {
    const told = await (await fetch(`checked?seen=${seen}`)).json();
    if (told.nth !== seen) show(told);
    seen = told.nth;
  } catch {
    at("verdict").textContent = VERDICTS.away;
    at("verdict").dataset.verdict = "away";
    seen = 0;
    await new Promise((again) => setTimeout(again, 1000));
  }
}
