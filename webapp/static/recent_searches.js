// The last searches, kept in this browser only and offered under the empty field.
const KEY = "izde.recent";
const MOST = 8;

const field = document.getElementById("q");
const panel = document.getElementById("recent");
const list = panel.querySelector("ul");

function kept() {
  try {
    const searches = JSON.parse(localStorage.getItem(KEY));
    return Array.isArray(searches) ? searches.filter((each) => typeof each === "string").slice(0, MOST) : [];
  } catch {
    // The reader's browser keeps nothing, or something else was put there.
    return [];
  }
}

function keep(searches) {
  try {
    localStorage.setItem(KEY, JSON.stringify(searches));
  } catch {
    // Without storage no searches are offered.
  }
}

function remember(search) {
  if (search) keep([search, ...kept().filter((each) => each !== search)].slice(0, MOST));
}

function item(search) {
  const address = new URL(field.form.action);
  address.searchParams.set("q", search);
  const link = document.createElement("a");
  link.href = address;
  link.textContent = search;
  const entry = document.createElement("li");
  entry.append(link);
  return entry;
}

function show() {
  list.replaceChildren(...kept().map(item));
  panel.hidden = field.value !== "" || !list.hasChildNodes();
}

remember(field.defaultValue.trim());
show();
field.addEventListener("input", show);
// Going back shows a page as it was left, and its list with it.
addEventListener("pageshow", show);
panel.querySelector("button").addEventListener("click", () => {
  keep([]);
  show();
  field.focus();
});
