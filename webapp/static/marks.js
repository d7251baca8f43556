// Why a word is marked, shown beside it when it is pointed at or focused. Each passage is one stop of the Tab key;
// the arrows lead from mark to mark in it. Without script the browser's own tooltips say the same.
const GAP = 6;
const why = document.createElement("div");
why.id = "why";
why.setAttribute("role", "tooltip");
why.hidden = true;
document.body.append(why);
let shown;

function show(mark) {
  hide();
  shown = mark;
  why.textContent = mark.dataset.why;
  why.hidden = false;
  const [at, size] = [mark.getClientRects()[0], why.getBoundingClientRect()];
  const left = Math.max(GAP, Math.min(at.left, document.documentElement.clientWidth - size.width - GAP));
  const above = at.top - size.height - GAP;
  why.style.left = `${left + scrollX}px`;
  why.style.top = `${(above < GAP ? at.bottom + GAP : above) + scrollY}px`;
}

function hide() {
  why.hidden = true;
  shown = undefined;
}

function marksAround(mark) {
  return [...mark.closest(".passage").querySelectorAll("mark")];
}

for (const passage of document.querySelectorAll(".passage")) {
  passage.querySelectorAll("mark").forEach((mark, place) => {
    mark.dataset.why = mark.title;
    mark.setAttribute("aria-description", mark.title);
    mark.removeAttribute("title");
    mark.tabIndex = place ? -1 : 0;
  });
}

const marked = (target) => target.closest?.("mark[data-why]");
document.addEventListener("mouseover", (event) => {
  const mark = marked(event.target);
  if (mark) show(mark);
  else if (shown && shown !== document.activeElement && !why.contains(event.target)) hide();
});
document.addEventListener("focusin", (event) => {
  const mark = marked(event.target);
  if (!mark) return hide();
  for (const each of marksAround(mark)) each.tabIndex = each === mark ? 0 : -1;
  show(mark);
});
document.addEventListener("focusout", hide);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") return hide();
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const mark = marked(event.target);
  if (!by || !mark || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  const marks = marksAround(mark);
  const next = marks[marks.indexOf(mark) + by];
  if (!next) return;
  event.preventDefault();
  next.focus();
});
