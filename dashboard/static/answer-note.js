// A note on the answer that stands: kept as it is typed, said with Enter, shown at once.
const field = () => document.getElementById("answer-note");

export const noteDraft = (assessment) => `answer-note:${assessment}:${field()?.dataset.question}`;

export function restoreNote(assessment, drafts) {
  if (field()) field().value = drafts.get(noteDraft(assessment)) ?? "";
}

// The hub keeps a key-safe code apart: what stands on the page becomes what is kept.
export function noteKept(typed, kept) {
  for (const line of document.querySelectorAll("#answer-notes li")) if (line.textContent === `“${typed}”`) line.textContent = `“${kept}”`;
}

// keep(question, words) puts it into the outbox; leave() gives the keys back to the question
export function followNote(keep, leave) {
  document.addEventListener("keydown", (event) => {
    if (event.target !== field() || event.key !== "Enter" || event.isComposing) return;
    event.preventDefault(); // on the pad it would say the observations
    const words = field().value.trim();
    if (words) {
      keep(field().dataset.question, words);
      field().value = "";
      const line = document.createElement("li");
      line.textContent = `“${words}”`;
      document.getElementById("answer-notes").append(line);
    }
    leave();
  });
}
