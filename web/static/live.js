// Keep parts of a page current: fetch the page again and put the parts with the same id in place.
// Everything works without this file; a reader then loads the page again.
"use strict";

const SECONDS = 3;

async function refresh() {
  const parts = [...document.querySelectorAll("[data-live][id]")];
  if (!parts.length || document.hidden || parts.some((part) => part.contains(document.activeElement))) return;
  const answer = await fetch(location.href, { headers: { "x-live": "1" }, redirect: "error" }).catch(() => null);
  if (!answer || !answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of parts) {
    const next = fresh.getElementById(part.id);
    if (next && next.innerHTML !== part.innerHTML) part.replaceChildren(...next.childNodes);
  }
}

async function keepCurrent() {
  await refresh();
  setTimeout(keepCurrent, SECONDS * 1000);
}

// One tick box for all rows of a table: it is of no use without a script, so it is shown by it.
function chooseAll() {
  for (const box of document.querySelectorAll("input[data-all]")) {
    box.hidden = false;
    box.addEventListener("change", () => {
      for (const one of document.querySelectorAll(`input[name="${box.dataset.all}"]`)) one.checked = box.checked;
    });
  }
}

// A button that copies a field; without a script the field is there to be selected.
function offerCopies() {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const field = document.getElementById(button.dataset.copy);
      field.select();
      navigator.clipboard?.writeText(field.value);
    });
  }
}

chooseAll();
offerCopies();
setTimeout(keepCurrent, SECONDS * 1000);
