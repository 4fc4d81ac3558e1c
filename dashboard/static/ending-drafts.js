// What is typed and chosen in "how does it end?" lies with the other drafts of the call, on this computer's own disk, form by
// form, until the hub has it: for whoever typed it alone, and for that call alone.
const box = document.getElementById("ending");
const name = (form) => `ending:${form.dataset.pane}`;
let kept = null;

function valueOf(form) {
  const typed = Object.fromEntries([...new FormData(form)].filter(([field, value]) => field !== "said" && value));
  const said = form.elements.said ? new FormData(form).getAll("said") : ticked(form); // not drawn yet: as it was
  return Object.keys(typed).length || said.length ? JSON.stringify({ typed, said }) : "";
}

// `drafts` of the call; null where there are none (a case's panel): then it stands on the page alone
export function fillFrom(drafts) {
  kept = drafts;
  for (const form of kept ? box.querySelectorAll("form") : []) {
    const { typed = {} } = JSON.parse(kept.get(name(form)) ?? "{}");
    for (const [field, value] of Object.entries(typed)) if (form.elements[field]) form.elements[field].value = value;
  }
}

// the sentences that were ticked; their boxes are drawn when the hub has said which there are
export const ticked = (form) => JSON.parse(kept?.get(name(form)) ?? "{}").said ?? [];

export const keep = (form) => kept?.set(name(form), valueOf(form));

export const drop = (form) => kept?.dropAll(form ? name(form) : "ending:");

box.addEventListener("input", ({ target }) => keep(target.form));
