// A part of the screen that goes on below its edge says so, in words, until its end is in sight. Each is reached by Tab and
// scrolled by the arrows; while a red flag has the keys, the arrows scroll its words from wherever the focus is.
const PARTS = "[data-scroll], .centre, .redflag", SLACK_PX = 12, WORDS = "the words go on below: press ↓", MORE = "more below";

function look() {
  for (const part of document.querySelectorAll(PARTS)) {
    const goesOn = part.clientHeight > 0 && getComputedStyle(part).overflowY !== "visible" && part.scrollHeight - part.clientHeight - part.scrollTop > SLACK_PX;
    const says = part.matches("blockquote") ? WORDS : MORE;
    if (goesOn && part.dataset.more !== says) part.dataset.more = says;
    if (!goesOn && "more" in part.dataset) delete part.dataset.more;
  }
}

let asked = 0;
const soon = () => { asked ||= requestAnimationFrame(() => { asked = 0; look(); }); };
const main = document.getElementById("main"), sizes = new ResizeObserver(soon);

function follow() {
  sizes.disconnect();
  for (const part of document.querySelectorAll(PARTS)) sizes.observe(part);
  soon();
}
new MutationObserver(follow).observe(main, { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["hidden", "open"] });
main.addEventListener("scroll", soon, { capture: true, passive: true });
document.fonts.ready.then(soon);
follow();

document.addEventListener("keydown", (event) => {
  const down = { ArrowDown: 1, ArrowUp: -1 }[event.key], words = document.querySelector("[role=alertdialog] blockquote");
  if (!down || !words || document.querySelector("dialog[open]") || event.defaultPrevented || event.target.matches("input, textarea, select") || words.scrollHeight <= words.clientHeight) return;
  event.preventDefault();
  words.scrollBy({ top: down * 48 });
});
