// The observations on one small pad. Enter goes to the next line; a number that cannot be true is asked back once, and
// then kept (it is scored as the worst); what stands empty at the end is not known. Each is an answer of its own.
const lines = () => [...document.querySelectorAll("[data-observation]")];
const asked = new Map(); // what was asked back, by line: the same again, or Enter, keeps it

function isUnknown(value) { return ["u", "unknown"].includes(value.trim().toLowerCase()); }

function isOdd(line) {
  const value = Number.parseFloat(line.value.replace(",", "."));
  return "low" in line.dataset && Number.isFinite(value) && (value < Number(line.dataset.low) || value > Number(line.dataset.high));
}

// Whether the line may be left: if not, it says why, once.
function holdsUp(line) {
  const said = line.value.trim(), note = document.getElementById(`odd-${line.id.slice(4)}`);
  if (!note) return true;
  const words = wrong(line, said);
  note.textContent = words;
  if (!words) return true;
  asked.set(line.id, said);
  line.focus();
  line.select();
  return false;
}

function wrong(line, said) {
  if (!said || line.tagName === "SELECT" || isUnknown(said)) return "";
  if (!/^-?[0-9]+([.,][0-9]+)?$/.test(said)) return "A number, or u for don’t know.";
  return isOdd(line) && asked.get(line.id) !== said ? `${said}? Say it again, or Enter to keep it.` : "";
}

// The same for one number alone: what could only be refused is said at once, what is kept is asked back once.
export function asksBack(field) {
  const said = field.value.trim();
  if (!/^-?[0-9.,]+$/.test(said) || !isOdd(field) || asked.get(field.id) === said) { asked.delete(field.id); return ""; }
  if (!("keeps" in field.dataset)) return `A number from ${field.dataset.low} to ${field.dataset.high}, or u for don’t know.`;
  asked.set(field.id, said);
  return `${said}? Say it again, or Enter to keep it.`;
}

export function padIsUp() { return Boolean(document.getElementById("pad")); }

export function restorePad(assessment, drafts) {
  for (const line of lines()) line.value = drafts.get(`pad:${assessment}:${line.dataset.observation}`) ?? line.value;
}

export function draftName(assessment, line) { return `pad:${assessment}:${line.dataset.observation}`; }

// What has to be said: [question, answer], of those that changed; null while something is asked back.
export function padSays(noneTaken = false) {
  const all = lines();
  if (!noneTaken && !all.every(holdsUp)) return null;
  asked.clear();
  return all
    .map((line) => [line, noneTaken || !line.value.trim() || isUnknown(line.value) ? "u" : line.value.trim().replace(",", ".")])
    .filter(([line, value]) => value !== line.dataset.was)
    .map(([line, value]) => [line.dataset.observation, value === "u" ? "unknown" : value]);
}

document.addEventListener("keydown", (event) => {
  const line = event.target.closest?.("[data-observation]");
  if (!line || event.key !== "Enter" || event.isComposing || event.ctrlKey) return;
  const all = lines(), next = all[all.indexOf(line) + 1];
  if (!holdsUp(line)) { event.preventDefault(); return; }
  if (!next) { if (line.tagName === "SELECT") line.form.requestSubmit(); return; } // the last one's Enter says them all
  event.preventDefault();
  next.focus();
  next.select?.();
});
