// Keys for the Kazakh and Kyrgyz letters that a keyboard may lack: one stop of the Tab key, arrows within.
const field = document.getElementById("q");
const letters = document.getElementById("letters");
const keys = [...letters.querySelectorAll("button")];

function insert(letter) {
  field.focus();
  if (field.value.length >= field.maxLength) return;
  field.setRangeText(letter, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function reach(key) {
  for (const each of keys) each.tabIndex = each === key ? 0 : -1;
  key.focus();
}

letters.hidden = false;
keys.slice(1).forEach((key) => (key.tabIndex = -1));

// The field keeps its caret while a key is pressed with a mouse.
letters.addEventListener("mousedown", (event) => event.preventDefault());
letters.addEventListener("click", (event) => {
  const key = event.target.closest("button");
  if (key) insert(key.textContent);
});
letters.addEventListener("keydown", (event) => {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  reach(keys.at((keys.indexOf(document.activeElement) + by) % keys.length));
});
