// Copies the quotation of a passage with its reference, as the page "How to cite" has it, with one click.
// Without script that page offers the same text.

async function quotation(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.getElementById("quotation").value;
}

async function copy(button) {
  const page = button.closest(".more").querySelector(".cite").href;
  const text = quotation(page);
  try {
    // Given as a promise: some browsers have forgotten the click by the time the text is here.
    const blob = text.then((whole) => new Blob([whole], { type: "text/plain" }));
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
  } catch {
    location.href = page;
    return;
  }
  for (const status of document.querySelectorAll(".quote .copied")) status.textContent = "";
  button.parentElement.querySelector(".copied").textContent = button.dataset.copied;
}

for (const button of document.querySelectorAll(".quote button")) {
  button.closest(".quote").hidden = false;
  button.addEventListener("click", () => copy(button));
}
