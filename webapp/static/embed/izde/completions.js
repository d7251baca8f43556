/** Completions under a field, after the combobox pattern of the ARIA Authoring Practices. */
class Completions {
  #field;
  #accept;
  #active = null;
  #list = element("div", "options", { id: "options", hidden: true });
  #count = element("span", "unseen");

  constructor(field, name, accept) {
    this.#field = field;
    this.#accept = accept;
    // A field of the type search may have no other role; it looks and submits the same as text.
    field.type = "text";
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", "options");
    field.setAttribute("aria-expanded", "false");
    this.#list.setAttribute("role", "listbox");
    this.#list.ariaLabel = name;
    this.#count.setAttribute("role", "status");
    field.addEventListener("blur", () => this.dismiss());
    // The field keeps the focus while the list is used with a mouse.
    this.#list.addEventListener("mousedown", (event) => event.preventDefault());
    this.#list.addEventListener("click", (event) => {
      if (event.target !== this.#list) this.#take(event.target);
    });
  }

  get nodes() {
    return [this.#list, this.#count];
  }

  /** Show the texts; `told` is said to screen readers. */
  offer(texts, told) {
    this.#list.replaceChildren(...texts.map((text, place) => {
      const option = element("div", "option", { id: `option-${place}` }, text);
      option.setAttribute("role", "option");
      return option;
    }));
    this.#open(texts.length > 0);
    this.#count.textContent = texts.length ? told : "";
  }

  dismiss() {
    this.#open(false);
    this.#count.textContent = "";
  }

  /** Whether this was a key of the open list, and has been acted upon. */
  key(event) {
    if (this.#list.hidden || event.isComposing) return false;
    if (event.key === "ArrowDown") this.#step(1);
    else if (event.key === "ArrowUp") this.#step(-1);
    else if (event.key === "Escape") this.dismiss();
    else if (event.key === "Enter" && this.#active) this.#take(this.#active);
    else return false;
    return true;
  }

  #open(isOpen) {
    this.#list.hidden = !isOpen;
    this.#field.setAttribute("aria-expanded", String(isOpen));
    this.#mark(null);
  }

  #mark(option) {
    this.#active?.removeAttribute("aria-selected");
    this.#active = option;
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.#field.setAttribute("aria-activedescendant", option.id);
    else this.#field.removeAttribute("aria-activedescendant");
  }

  #step(by) {
    const options = [...this.#list.children];
    const place = this.#active ? options.indexOf(this.#active) + by : by > 0 ? 0 : options.length - 1;
    // Past either end stands what was typed.
    this.#mark(options[place] ?? null);
  }

  #take(option) {
    this.#field.value = option.textContent;
    this.#accept();
  }
}
