// Comforts for the search field; every page works without them.
const field = document.getElementById("q");
const SOON_MS = 150;

function typing(target) {
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});

let waiting;
let asked;

async function suggest() {
  asked?.abort();
  asked = new AbortController();
  const address = new URL(field.dataset.suggest, location.href);
  address.searchParams.set("q", field.value);
  try {
    const answer = await fetch(address, { signal: asked.signal });
    if (answer.ok) offer((await answer.json()).suggestions);
  } catch {
    // Suggestions are a comfort: without them the field still works.
  }
}

function offer(suggestions) {
  const options = suggestions.map((text) => {
    const option = document.createElement("option");
    option.value = text;
    return option;
  });
  field.list.replaceChildren(...options);
}

field?.addEventListener("input", () => {
  clearTimeout(waiting);
  if (field.value.trim().length > 1) waiting = setTimeout(suggest, SOON_MS);
});
