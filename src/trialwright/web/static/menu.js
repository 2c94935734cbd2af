/* Closes an open heading of the menu at Escape and at a click beside it. The menu works without this file. */
"use strict";
(() => {
  const menu = document.querySelector("nav.menu");
  const wide = matchMedia("(min-width: 46rem)");
  const close = (but) => {
    for (const each of menu.querySelectorAll(wide.matches ? "details.group[open]" : "details.all[open]")) if (each !== but) each.open = false;
  };
  addEventListener("click", (event) => close(event.target.closest("nav.menu details")));
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const inside = document.activeElement.closest("nav.menu details[open]");
    close();
    if (inside) inside.querySelector("summary").focus();
  });
  menu.addEventListener("focusout", (event) => event.relatedTarget && !menu.contains(event.relatedTarget) && close());
})();
