// The middle and the right of the call screen: asked of the hub, put in place, without taking the keys from who types.
import { isWriting } from "./keys.js";
import { $, call, centre, now, problem } from "./on-call.js";
import { logInAgain, prove } from "./session.js";
import { hubNow, tick } from "./ticking.js";

const shown = []; // what is done each time that the middle has changed
export const whenShown = (act) => shown.push(act);

export async function view(ask = "") {
  const response = await fetch(`/calls/${call}/view?${new URLSearchParams({ ...(ask && { ask }), ...(now.need && { need: now.need }) })}`, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(5000) });
  if (response.status === 401) { await logInAgain(); return view(ask); }
  if (!response.ok) throw new Error((await response.json().catch(() => ({}))).problem ?? "The hub did not answer.");
  return response.json();
}

export function show(html, mine) {
  const typing = isWriting(document.activeElement) && !$("view").contains(document.activeElement);
  const said = $("said-it")?.checked, before = centre().dataset.says;
  $("view").innerHTML = html;
  now.shownAt = performance.now();
  for (const act of shown) act();
  $("f-need").value ||= centre().dataset.caseNeed;
  if ($("said-it") && said) $("said-it").checked = true;
  const line = centre().dataset.line, flag = document.querySelector("[role=alertdialog]");
  showLine(line);
  $("start-break-off").hidden = !centre().dataset.assessment;
  $("start-999").hidden = !["on_line", "parked"].includes(line) || Boolean(flag) || Boolean(document.querySelector(".say-now"));
  if ($("changed")) $("announce").textContent = $("changed").textContent;
  else if (centre().dataset.says !== before) $("announce").textContent = centre().dataset.says;
  if (flag && typing) $("announce-now").textContent = `Red flag. ${$("rf")?.textContent ?? ""}`;
  if (!typing && (mine || flag)) ($("hand-over") ?? document.querySelector("[data-takes-focus]") ?? $("commit") ?? $("question"))?.focus({ preventScroll: false });
  tick();
}

export function showLine(line) {
  const words = { on_line: ["● CALL", "tag--danger"], parked: ["‖ PARKED", "tag--warn"], dropped: ["✕ LINE DEAD", "tag--warn"], ended: ["■ CALL ENDED", "tag--info"] }[line];
  if (!words) return;
  $("line").textContent = words[0];
  $("line").className = `tag ${words[1]}`;
  $("park").disabled = !["on_line", "parked"].includes(line);
  $("park-says").textContent = line === "parked" ? "pick up" : "park";
  const since = $("elapsed");
  if (["dropped", "ended"].includes(line) && !since.dataset.stopped) since.dataset.stopped = new Date(hubNow()).toISOString();
}

// What was asked for by itself gives way to what the handler has done meanwhile: it would show a question that takes no
// key yet, or one that is answered already. The page looks again in a second.
export async function refresh(ask = "", mine = true) {
  const before = now.shownAt;
  now.turning += mine;
  try {
    now.asking = ask;
    const said = await view(ask);
    prove(said.csrf);
    if (mine || !(now.turning || now.waiting || now.shownAt !== before)) show(said.html, mine);
  } catch (error) { problem(error.message); } finally { now.turning -= mine; }
}

// several needs on one call: which one is in the middle
export function turnTo(other) { now.need = other; return refresh(); }

export function otherNeed() {
  const all = [...document.querySelectorAll(".needs [data-need]")].map((one) => one.dataset.need).filter(Number);
  return all[(all.indexOf(centre().dataset.need) + 1) % all.length] ?? "";
}
