/*
 * What a form can do beyond a page: the line of a scale is drawn on, the keys move through a grid, questions that
 * depend on an answer appear at once, and typing that was not saved is kept for the same person.
 *
 * Every page works without this file. Nothing is sent anywhere but to the form's own address.
 */
"use strict";
(() => {
  const form = document.querySelector("form[data-draft]");
  if (!form) return;

  // The drawn line: press or drag, to the millimetre. The number beside it is what counts and what the keys change.
  const LEFT = 10, WIDE = 200, LONG = 10;
  for (const question of form.querySelectorAll(".q-vas")) {
    const line = question.querySelector("svg.vas"), mark = line.querySelector(".mark");
    const input = question.querySelector("input[inputmode=decimal]"), unit = question.querySelector(".unit-of");
    const scale = () => (unit && unit.value === "mm" ? 10 : 1);
    const show = () => {
      const at = Number(input.value.trim().replace(",", ".")) / scale();
      const there = input.value.trim() !== "" && at >= 0 && at <= LONG;
      mark.setAttribute("visibility", there ? "visible" : "hidden");
      if (there) mark.setAttribute("transform", `translate(${LEFT + (WIDE * at) / LONG} 0)`);
    };
    const draw = (event) => {
      const box = line.getBoundingClientRect();
      const across = ((event.clientX - box.left) / box.width) * (WIDE + 2 * LEFT);
      const at = Math.min(LONG, Math.max(0, ((across - LEFT) / WIDE) * LONG));
      input.value = scale() === 10 ? String(Math.round(at * 10)) : at.toFixed(1);
      input.dispatchEvent(new Event("input", { bubbles: true }));
    };
    line.classList.add("live");
    line.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      line.setPointerCapture(event.pointerId);
      draw(event);
    });
    line.addEventListener("pointermove", (event) => event.buttons && draw(event));
    line.addEventListener("pointerup", () => input.focus());
    input.addEventListener("input", show);
    if (unit) unit.addEventListener("change", show);
  }

  // The grid: Enter and the arrows go up and down a column; a digit answers a row of buttons.
  const column = (input) => {
    const own = [...input.closest(".cells").querySelectorAll("input[inputmode=decimal]")].indexOf(input);
    return [...input.closest(".card").querySelectorAll(".cells")]
      .map((cells) => cells.querySelectorAll("input[inputmode=decimal]")[own])
      .filter(Boolean);
  };
  form.addEventListener("keydown", (event) => {
    const at = event.target;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button[value=save]"));
    } else if (at.matches(".compact input[inputmode=decimal]") && ["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) {
      const all = column(at), next = all[all.indexOf(at) + (event.key === "ArrowUp" ? -1 : 1)];
      event.preventDefault();
      if (next) { next.focus(); next.select(); }
    } else if (at.matches(".points input[type=radio]") && /^[0-9]$/.test(event.key)) {
      const wanted = [...at.closest(".points").querySelectorAll("input")].find((one) => one.value === event.key);
      if (wanted) { wanted.click(); wanted.focus(); }
    }
  });

  // Choosing why there is no answer empties the answer, and an answer empties the reason: both at once are refused.
  form.addEventListener("change", (event) => {
    const at = event.target;
    if (at.name && at.name.endsWith("__missing") && at.value) {
      for (const one of form.querySelectorAll(`[name="${CSS.escape(at.name.slice(0, -9))}"]`)) {
        if (one.type === "radio") one.checked = false;
        else one.value = "";
        one.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }
  });
  form.addEventListener("input", (event) => {
    const name = event.target.name || "", reason = form.elements[`${name}__missing`];
    if (reason && reason.value && event.target.value && event.target.type !== "hidden") reason.value = "";
  });

  // Questions that depend on an answer: the page is asked again with what was typed, and comes back to the same place.
  const depends = new Set((form.dataset.depends || "").split(" ").filter(Boolean));
  const PLACE = "trialwright:place";
  const again = () => {
    sessionStorage.setItem(PLACE, JSON.stringify([location.pathname, scrollY, document.activeElement?.name, document.activeElement?.value]));
    form.requestSubmit(form.querySelector("button[value=refresh]"));
  };
  form.addEventListener("change", (event) => depends.has((event.target.name || "").replace(/__missing$/, "")) && again());
  const kept = JSON.parse(sessionStorage.getItem(PLACE) || "null");
  sessionStorage.removeItem(PLACE);
  if (kept && kept[0] === location.pathname) {
    scrollTo(0, kept[1]);
    const same = kept[2] ? [...form.querySelectorAll(`[name="${CSS.escape(kept[2])}"]`)] : [];
    const was = same.find((one) => one.type === "radio" && one.value === kept[3]) || same[0];
    if (was) was.focus({ preventScroll: true });
  }

  // Drafts: kept in this browser, encrypted with a key that only the same person's sign-in brings along.
  if (!form.dataset.key || !crypto.subtle) return;
  const SLOT = form.dataset.draft, bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));
  const key = crypto.subtle.importKey("raw", bytes(form.dataset.key), "AES-GCM", false, ["encrypt", "decrypt"]);
  const typed = () => [...new FormData(form)].filter(([name]) => name.includes(".") || name === "reason");
  const asShown = JSON.stringify(typed());
  let waits = 0, sending = false;
  const keep = async () => {
    const fields = typed();
    if (sending) return;
    if (JSON.stringify(fields) === asShown && !form.dataset.typed) return localStorage.removeItem(SLOT);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const draft = JSON.stringify({ fields, version: form.elements.version.value, build: form.elements.build.value, at: Date.now() });
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key, new TextEncoder().encode(draft));
    localStorage.setItem(SLOT, JSON.stringify({ iv: text(iv), sealed: text(sealed), at: Date.now() }));
  };
  form.addEventListener("input", () => { clearTimeout(waits); waits = setTimeout(keep, 150); });
  form.addEventListener("change", keep);

  const DAYS = 30 * 86400000;
  for (const name of Object.keys(localStorage)) {
    if (!name.startsWith("trialwright:draft:")) continue;
    try { if (Date.now() - JSON.parse(localStorage[name]).at > DAYS) localStorage.removeItem(name); }
    catch { localStorage.removeItem(name); }
  }
  const banner = document.getElementById("draft");
  const offer = async () => {
    if (/[?&](saved|same)=1/.test(location.search)) localStorage.removeItem(SLOT);
    const found = JSON.parse(localStorage.getItem(SLOT) || "null");
    if (!found || form.dataset.typed) return;
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes(found.iv) }, await key, bytes(found.sealed));
    const draft = JSON.parse(new TextDecoder().decode(plain));
    if (JSON.stringify(draft.fields) === asShown) return localStorage.removeItem(SLOT);
    banner.hidden = false;
    banner.querySelector("[data-when]").textContent = new Date(draft.at).toLocaleString(document.documentElement.lang);
    banner.querySelector("[data-back]").addEventListener("click", () => {
      // The version it was typed upon comes back with it: whoever saved since is shown, not overwritten.
      for (const one of form.querySelectorAll("[name*='.']")) one.disabled = true;
      for (const [name, value] of draft.fields) {
        const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
        if (name === "reason" && form.elements.reason) form.elements.reason.value = value;
        else form.append(field);
      }
      form.elements.version.value = draft.version;
      form.elements.build.value = draft.build;
      form.requestSubmit(form.querySelector("button[value=refresh]"));
    });
    banner.querySelector("[data-away]").addEventListener("click", () => {
      localStorage.removeItem(SLOT);
      banner.hidden = true;
    });
  };
  offer().catch(() => localStorage.removeItem(SLOT));
})();
