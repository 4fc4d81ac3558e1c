// "More" in the bar: closes by Escape, and when somebody goes on elsewhere.
const menu = document.getElementById("more-pages");

menu?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu.open) return;
  event.preventDefault();
  event.stopPropagation();
  menu.open = false;
  menu.querySelector("summary").focus();
});
menu?.addEventListener("focusout", ({ relatedTarget }) => { if (relatedTarget && !menu.contains(relatedTarget)) menu.open = false; });
document.addEventListener("pointerdown", ({ target }) => { if (menu?.open && !menu.contains(target)) menu.open = false; });
