// Beside a field that becomes a text: how many of its 160 signs are used, counted as the hub counts (dispatch/gsm.py).
const HOLDS = 160;
const DOUBLE = new Set("^{}\\[]~|€");
const PLAIN = /^[A-Za-z0-9 \n@£$¥èéùìòÇØøÅåÆæßÉ!"#%&'()*+,\-./:;<=>?¡ÄÖÑÜ§¿äöñüà_^{}[\]~|€\\]*$/;
const TYPED_AS = { "\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-" };

export function signs(words) {
  const sent = words.trim().replace(/[\u2018\u2019\u201c\u201d\u2013\u2014]/g, (sign) => TYPED_AS[sign]);
  return { count: [...sent].reduce((sum, sign) => sum + (DOUBLE.has(sign) ? 2 : 1), 0), plain: PLAIN.test(sent) };
}

document.addEventListener("input", ({ target }) => {
  if (!(target instanceof Element) || !target.matches("[data-counts]")) return;
  let shown = target.nextElementSibling;
  if (!shown?.matches(".counted")) {
    shown = document.createElement("output");
    shown.className = "counted small mute";
    target.after(shown);
  }
  const { count, plain } = signs(target.value);
  shown.textContent = plain ? `${count} of ${HOLDS}` : "a sign that texts cannot carry";
  shown.toggleAttribute("data-over", !plain || count > HOLDS);
});
