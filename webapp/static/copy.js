// Buttons that copy a citation; without script they stay hidden and the text can be selected.

async function copy(button) {
  const text = document.getElementById(button.dataset.copies);
  text.select();
  try {
    await navigator.clipboard.writeText(text.value);
  } catch {
    // Pages that do not come over https have no clipboard; the older command still works there.
    if (!document.execCommand("copy")) return;
  }
  button.focus();
  for (const status of document.querySelectorAll(".copied")) status.textContent = "";
  button.parentElement.querySelector(".copied").textContent = button.dataset.copied;
}

for (const button of document.querySelectorAll("[data-copies]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
