// Puts what the hub rendered in the place of what is shown, part by part, so that focus and typed text survive. A part
// that somebody is typing into is changed when they leave it; no change is dropped.
const asSent = new WeakMap(), waiting = new WeakMap();

export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

// what the hub sent, before the browser wrote any clock into it
export function remember(element) {
  if (!asSent.has(element)) asSent.set(element, { whole: element.innerHTML, parts: [...element.children].map((part) => part.outerHTML) });
  return asSent.get(element);
}

// the same for all parts of a tree that is reconciled by ids
export function rememberTree(root) {
  for (const child of root.children) if (child.dataset.parts === undefined) remember(child); else rememberTree(child);
}

function typingIn(part) {
  const field = document.activeElement;
  return part.contains(field) && field.matches("input, textarea, select") && field.value !== initial(field);
}

export function patch(old, next) {
  const before = remember(old), after = remember(next);
  attributes(old, next);
  if (before.whole === after.whole) return;
  asSent.set(old, after);
  const same = old.children.length === next.children.length;
  if (!same) { swap(old, () => { old.className = next.className; old.replaceChildren(...next.childNodes); }); return; }
  const fresh = [...next.children];
  for (const [i, part] of [...old.children].entries()) {
    if (before.parts[i] !== after.parts[i]) swap(part, () => replace(part, fresh[i]));
  }
}

// all but those that the browser itself writes
function attributes(old, next) {
  for (const { name, value } of next.attributes) if (name !== "class" && name !== "open" && old.getAttribute(name) !== value) old.setAttribute(name, value);
}

function replace(part, fresh) {
  if (part.tagName === "TD" || part.tagName === "TH") { part.className = fresh.className; part.replaceChildren(...fresh.childNodes); } else part.replaceWith(fresh);
}

// under the pointer, where a row that moves would put another person's button there
const underHand = (part) => part.matches("[data-steady]:hover");

// now, or when they have left the part; the newest change stands
function swap(part, change) {
  if (!typingIn(part) && !underHand(part)) {
    waiting.delete(part);
    keepFocus(part, () => keepTyped(part, change));
    return;
  }
  if (!waiting.has(part)) for (const way of ["focusout", "pointerleave"]) part.addEventListener(way, left);
  waiting.set(part, change);
}

function left({ currentTarget: part, relatedTarget }) {
  if ((relatedTarget && part.contains(relatedTarget)) || typingIn(part) || underHand(part)) return;
  for (const way of ["focusout", "pointerleave"]) part.removeEventListener(way, left);
  const change = waiting.get(part);
  waiting.delete(part);
  if (change) queueMicrotask(() => { if (part.isConnected) keepTyped(part, change); });
}

// the focus goes to what stands where it stood and says the same, or to the region around; it is never lost
function keepFocus(part, change) {
  const had = part.contains(document.activeElement) ? document.activeElement : null;
  const around = part.parentElement, region = around?.closest("[tabindex]");
  change();
  if (!had || (had.isConnected && document.activeElement === had)) return;
  const same = (other) => other.name === had.name && other.textContent === had.textContent;
  const next = had.isConnected ? had : [...around.querySelectorAll(had.tagName)].find(same);
  (next ?? region)?.focus({ preventScroll: true });
}

// what is typed belongs to the form it was typed into, whatever is drawn around it
export function keepTyped(root, change) {
  const parent = root.parentElement, typed = typedIn(root);
  change();
  if (typed.size) putBack(root.isConnected ? root : parent, typed);
}

export function typedIn(root) {
  const typed = new Map();
  for (const form of [...(root.matches?.("form[data-keep]") ? [root] : []), ...root.querySelectorAll("form[data-keep]")]) {
    for (const field of form.elements) {
      if (field.name && field.type !== "hidden" && field.value !== initial(field)) typed.set(`${form.dataset.keep} ${field.name}`, field.value);
    }
  }
  return typed;
}

function initial(field) {
  if (field.tagName === "SELECT") return [...field.options].find((option) => option.defaultSelected)?.value ?? field.options[0]?.value ?? "";
  return field.defaultValue;
}

export function putBack(root, typed) {
  for (const form of root.querySelectorAll("form[data-keep]")) {
    for (const field of form.elements) {
      const kept = typed.get(`${form.dataset.keep} ${field.name}`);
      if (kept !== undefined) field.value = kept;
    }
  }
}

// Children by id, in the order of `next`: the same are left alone, changed ones are patched, others come and go.
export function reconcile(old, next) {
  const wanted = [...next.children];
  for (const child of [...old.children]) if (!wanted.some((fresh) => fresh.id === child.id)) swap(child, () => child.remove());
  let at = old.firstElementChild;
  for (const fresh of wanted) {
    const known = fresh.id && [...old.children].find((child) => child.id === fresh.id);
    if (!known) {
      if (fresh.dataset.parts === undefined) remember(fresh); else rememberTree(fresh);
      old.insertBefore(fresh, at);
      continue;
    }
    attributes(known, fresh);
    if (known === at) at = at.nextElementSibling; else if (!known.contains(document.activeElement)) old.insertBefore(known, at);
    if (known.dataset.parts !== undefined && fresh.dataset.parts !== undefined) reconcile(known, fresh);
    else if (remember(known).whole !== fresh.innerHTML) { const sent = fresh.innerHTML; swap(known, () => { known.className = fresh.className; known.replaceChildren(...fresh.childNodes); asSent.set(known, { whole: sent, parts: [] }); }); }
  }
}
