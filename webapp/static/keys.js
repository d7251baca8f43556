// Keys of a single character can be switched off: they are in the way of speech input (WCAG 2.1.4).
// The choice is kept in this browser only; izde.js reads it and writes it into <html data-keys>.
const STORED = "izde-single-keys";
const page = document.documentElement;

function keep(on) {
  try {
    if (on) localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, "off");
  } catch {
    // Without storage the choice holds for this page.
  }
}

function apply(on) {
  page.dataset.keys = on ? "on" : "off";
  for (const element of document.querySelectorAll("[aria-keyshortcuts], [data-shortcuts]")) {
    const all = (element.dataset.shortcuts ??= element.getAttribute("aria-keyshortcuts"));
    const left = all.split(" ").filter((keys) => on || keys.length > 1).join(" ");
    if (left) element.setAttribute("aria-keyshortcuts", left);
    else element.removeAttribute("aria-keyshortcuts");
  }
  for (const box of document.querySelectorAll(".keys input")) box.checked = on;
}

for (const help of document.querySelectorAll(".keys")) {
  help.hidden = false;
  help.querySelector("input").addEventListener("change", (event) => {
    keep(event.target.checked);
    apply(event.target.checked);
  });
}
// After izde.js has read what another page has stored.
addEventListener("storage", () => apply(page.dataset.keys === "on"));
apply(page.dataset.keys === "on");
