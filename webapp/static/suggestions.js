// Completions under the search field, after the combobox pattern of the ARIA Authoring Practices.
const SOON_MS = 150;
const SHORTEST = 2;

const field = document.getElementById("q");
const list = document.getElementById("suggestions");
const announced = document.getElementById("suggested");
let waiting;
let asked;
let active;

function mark(option) {
  active?.setAttribute("aria-selected", "false");
  active = option;
  active?.setAttribute("aria-selected", "true");
  active?.scrollIntoView({ block: "nearest" });
  if (active) field.setAttribute("aria-activedescendant", active.id);
  else field.removeAttribute("aria-activedescendant");
}

function open(isOpen) {
  list.hidden = !isOpen;
  field.setAttribute("aria-expanded", String(isOpen));
  mark(null);
}

function dismiss() {
  clearTimeout(waiting);
  announced.textContent = "";
  asked?.abort();
  open(false);
}

function accept(option) {
  field.value = option.textContent;
  dismiss();
  field.form.requestSubmit();
}

function offer(suggestions) {
  list.replaceChildren(
    ...suggestions.map((text, place) => {
      const option = document.createElement("li");
      option.id = `suggestion-${place}`;
      option.role = "option";
      option.textContent = text;
      option.setAttribute("aria-selected", "false");
      return option;
    }),
  );
  open(suggestions.length > 0);
  const { some, none } = announced.dataset;
  announced.textContent = suggestions.length ? some.replace("{count}", suggestions.length) : none;
}

async function suggest() {
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

function step(by) {
  const options = [...list.children];
  const place = active ? options.indexOf(active) + by : by > 0 ? 0 : options.length - 1;
  // Past either end stands what was typed.
  mark(options[place] ?? null);
}

const KEYS = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  Enter: () => accept(active),
  Escape: dismiss,
};

// A search field may have no other role; the field looks and submits the same as text.
field.type = "text";
field.role = "combobox";
field.setAttribute("aria-autocomplete", "list");
field.setAttribute("aria-controls", list.id);
open(false);

field.addEventListener("input", () => {
  dismiss();
  if (field.value.trim().length >= SHORTEST) waiting = setTimeout(suggest, SOON_MS);
});
field.addEventListener("keydown", (event) => {
  if (list.hidden || event.isComposing || !(event.key in KEYS) || (event.key === "Enter" && !active)) return;
  event.preventDefault();
  KEYS[event.key]();
});
field.addEventListener("blur", dismiss);
field.form.addEventListener("submit", dismiss);
// The field keeps the focus while the list is used with a mouse.
list.addEventListener("mousedown", (event) => event.preventDefault());
list.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (option) accept(option);
});
