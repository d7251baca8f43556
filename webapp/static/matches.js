// From match to match in an article, by the keys n and p or by buttons.
const bar = document.getElementById("matches");
const count = bar.querySelector("output");
const matches = [...document.querySelectorAll(".block mark")].filter((mark) => !goesOn(mark));
let place;

/** Whether a mark stands right after another: words in a row are one match. */
function goesOn(mark) {
  const before = mark.previousSibling;
  return before?.nodeType === Node.TEXT_NODE && !before.data.trim() && before.previousSibling?.nodeName === "MARK";
}

/** Stands before the passage in the address, halfway between two matches, or before them all. */
function begin() {
  leave();
  const target = document.querySelector(":target");
  place = Math.max(matches.findIndex((mark) => target?.contains(mark)), 0) - 0.5;
  tell();
}

function leave() {
  matches[place]?.removeAttribute("aria-current");
}

function tell() {
  count.textContent = count.dataset.text
    .replace("{place}", Number.isInteger(place) ? place + 1 : "–")
    .replace("{count}", matches.length);
}

/** Goes to the next match (1) or the one before (-1); past either end, to the other. */
function go(by) {
  leave();
  place = (by > 0 ? Math.floor(place) + 1 : Math.ceil(place) - 1 + matches.length) % matches.length;
  const mark = matches[place];
  mark.setAttribute("aria-current", "true");
  mark.focus({ preventScroll: true });
  mark.scrollIntoView({ block: "center" });
  tell();
}

function letter(event) {
  // By its place where another alphabet is on: the key n then says "т".
  return /^[a-z]$/.test(event.key) ? event.key : event.code.replace(/^Key/, "").toLowerCase();
}

function typing(target) {
  return /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

if (matches.length) {
  bar.hidden = false;
  begin();
  addEventListener("hashchange", begin);
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) go(Number(button.value));
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || typing(event.target)) return;
    if (document.documentElement.dataset.keys === "off") return;
    const by = { n: 1, p: -1 }[letter(event)];
    if (by) go(by);
  });
}
