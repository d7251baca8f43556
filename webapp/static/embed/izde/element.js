// <izde-search>: the search of an Izde server as an element of any page. Described in docs/embedding.md.

const SOON_MS = 250;
const SHORTEST = 2;
const SUGGESTIONS = 6;
const SKELETON_LINES = 6;
const HOME = new URL(import.meta.url).origin;
const LAYOUTS = ["inline", "modal", "box", "results"];
const CHOICES = { mode: ["hybrid", "keyword", "semantic"], sort: ["relevance", "year"] };
const STATED = {
  language: "languages", mode: "mode", sort: "sort", author: "author", year_from: "year-from", year_to: "year-to",
};

class IzdeSearch extends HTMLElement {
  #words = STRINGS.en;
  #changedWords = {};
  #language = "en";
  #completions = null;
  #answers = new Answers();
  #shown = [];
  #query = "";
  #waiting = 0;
  #lost = false;
  #asked = null;
  #suggesting = null;
  #life = null;

  // Life of the element

  connectedCallback() {
    this.#life = new AbortController();
    if (Object.hasOwn(this, "strings")) {
      // Set before the element was defined.
      const early = this.strings;
      delete this.strings;
      this.strings = early;
    }
    // The parser has not read the form inside yet where the element is already defined.
    if (document.readyState === "loading" && !this.firstElementChild) {
      addEventListener("DOMContentLoaded", () => this.#build(), { once: true, signal: this.#life.signal });
    } else this.#build();
  }

  disconnectedCallback() {
    this.#life.abort();
    this.#stop();
  }

  /** The element's own words; those given are merged over those of the language. */
  get strings() {
    return { ...this.#words };
  }

  set strings(changes) {
    this.#changedWords = { ...this.#changedWords, ...changes };
    if (this.shadowRoot) this.#render(this.#field.value);
  }

  /** Put a query into the field and search for it. */
  search(query) {
    if (!this.shadowRoot) {
      // The page is still being read: asked for once the element is built.
      this.setAttribute("query", query);
      return undefined;
    }
    if (this.#dialog?.open === false) this.#open();
    this.#field.value = query;
    return this.#submit();
  }

  // Parts

  #build() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const { signal } = this.#life;
    root.adoptedStyleSheets = [styles()];
    const found = this.#fallbackField();
    const focused = found && found === document.activeElement;
    this.#render(this.#firstQuery(found));
    root.addEventListener("keydown", (event) => this.#key(event), { signal });
    document.addEventListener("keydown", (event) => this.#shortcut(event), { signal });
    addEventListener("online", () => this.#lost && this.#search(), { signal });
    if (focused && this.#layout !== "modal") this.#field.focus();
  }

  #render(query) {
    this.#stop();
    this.#language = this.#interfaceLanguage();
    this.#words = { ...STRINGS[this.#language], ...this.#changedWords };
    const box = this.#box(query);
    this.shadowRoot.replaceChildren(...(this.#layout === "modal" ? this.#modalParts(box) : [box]));
    if (query.trim() && ["inline", "results"].includes(this.#layout)) this.#search();
  }

  #interfaceLanguage() {
    const code = this.closest("[lang]")?.lang.split("-")[0].toLowerCase();
    return Object.hasOwn(STRINGS, code ?? "") ? code : "en";
  }

  #fallbackField() {
    return this.querySelector("form input[name=q]");
  }

  #firstQuery(found) {
    const stated = this.getAttribute("query") ?? found?.value;
    const ofPage = this.#layout === "results" ? new URLSearchParams(location.search).get("q") : "";
    return stated || ofPage || "";
  }

  #box(query) {
    const words = this.#words;
    const form = this.#form(query);
    const status = element("p", "status");
    status.setAttribute("role", "status");
    const skeleton = element("div", "skeleton", { hidden: true, ariaHidden: "true" });
    for (let line = 0; line < SKELETON_LINES; line += 1) skeleton.append(element("i"));
    const more = element("button", "more", { type: "button", hidden: true }, words.more);
    const all = element("a", "all", { target: this.getAttribute("target") ?? "" }, words.all);
    more.addEventListener("click", () => this.#search(this.#shown.length));
    return element("div", "box", { lang: this.#language }, form, status, ...(this.#completions?.nodes.slice(1) ?? []),
      skeleton, element("ol", "results"), element("div", "ends", { hidden: true }, more, all));
  }

  #form(query) {
    const words = this.#words;
    const found = this.#fallbackField();
    const field = element("input", "field", {
      type: "search", name: "q", maxLength: 2000, autocomplete: "off", spellcheck: false, enterKeyHint: "search",
      placeholder: this.getAttribute("placeholder") ?? found?.placeholder ?? "", value: query,
      ariaLabel: this.getAttribute("label") ?? found?.getAttribute("aria-label") ?? words.label,
    });
    const wanted = this.getAttribute("suggest") !== "off";
    this.#completions = wanted ? new Completions(field, words.suggestions, () => this.#submit()) : null;
    const combo = element("div", "combo", {}, field, ...(this.#completions?.nodes.slice(0, 1) ?? []));
    const form = element("form", "form", { hidden: this.#layout === "results" }, combo,
      element("button", "button go", { type: "submit" }, words.search));
    form.setAttribute("role", "search");
    field.addEventListener("input", () => this.#soon());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    return form;
  }

  #modalParts(box) {
    const words = this.#words;
    const keys = this.#shortcutKeys;
    const trigger = element("button", "trigger", { type: "button", lang: this.#language, ariaHasPopup: "dialog" },
      this.getAttribute("label") ?? words.label);
    if (keys) {
      trigger.append(element("kbd", "", {}, keys.replace(/^./, (letter) => letter.toUpperCase())));
      trigger.ariaKeyShortcuts = keys.replace("ctrl", "Control");
    }
    const close = element("button", "close", { type: "button" }, words.close);
    const dialog = element("dialog", "dialog", { ariaLabel: words.label }, box);
    box.querySelector("form").append(close);
    trigger.addEventListener("click", () => this.#open());
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    return [trigger, dialog];
  }

  get #layout() {
    const stated = this.getAttribute("layout");
    return LAYOUTS.includes(stated) ? stated : "inline";
  }

  get #dialog() {
    return this.shadowRoot.querySelector("dialog");
  }

  get #field() {
    return this.shadowRoot.querySelector("input");
  }

  get #list() {
    return this.shadowRoot.querySelector("ol");
  }

  get #status() {
    return this.shadowRoot.querySelector(".status");
  }

  get #skeleton() {
    return this.shadowRoot.querySelector(".skeleton");
  }

  // Keys

  /** Like "ctrl+k" or "/"; empty for none. */
  get #shortcutKeys() {
    const usual = this.#layout === "modal" ? "ctrl+k" : "";
    return (this.getAttribute("shortcut") ?? usual).toLowerCase().replace("none", "");
  }

  #open() {
    this.#dialog.showModal();
    this.#field.focus();
    this.#field.select();
  }

  #shortcut(event) {
    const keys = this.#shortcutKeys;
    if (!keys || event.defaultPrevented || event.key.toLowerCase() !== keys.split("+").at(-1)) return;
    const held = event.ctrlKey || event.metaKey;
    if (keys.includes("ctrl+") !== held || event.altKey || (!held && typing(event))) return;
    event.preventDefault();
    if (this.#dialog) this.#dialog.open ? this.#dialog.close() : this.#open();
    else this.#field.focus();
  }

  #key(event) {
    const inField = this.shadowRoot.activeElement === this.#field;
    if (inField && this.#completions?.key(event)) event.preventDefault();
    else if (event.key === "ArrowDown") this.#step(event, 1);
    else if (event.key === "ArrowUp") this.#step(event, -1);
    else if (event.key === "Escape" && !this.#dialog) {
      event.preventDefault();
      if (inField) this.#clear();
      this.#field.focus();
    }
  }

  /** Arrows go from the field through the results and back. */
  #step(event, by) {
    const stops = [this.#field, ...this.#list.querySelectorAll("a")];
    const next = stops.indexOf(this.shadowRoot.activeElement) + by;
    if (next - by < 0 || !stops[next]) return;
    event.preventDefault();
    stops[next].focus();
  }

  // Asking

  #stop() {
    clearTimeout(this.#waiting);
    this.#asked?.abort();
    this.#suggesting?.abort();
    this.#completions?.dismiss();
  }

  #soon() {
    this.#stop();
    const query = this.#field.value.trim();
    if (!query) this.#clear();
    else if (query.length >= SHORTEST) this.#waiting = setTimeout(() => this.#whileTyping(query), SOON_MS);
  }

  #whileTyping(query) {
    if (this.#completions) this.#suggest(query);
    if (this.#layout !== "box") this.#search();
  }

  #submit() {
    this.#stop();
    return this.#layout === "box" ? this.#leave() : this.#search();
  }

  #clear() {
    this.#stop();
    this.#field.value = this.#query = "";
    this.#shown = [];
    this.#lost = false;
    this.#list.replaceChildren();
    this.#busy(false);
    this.#say("");
    this.#ends(null);
  }

  /** Go to the page of results: that of the attribute `action`, else Izde's own. */
  #leave() {
    const query = this.#field.value.trim();
    if (!query) return this.#field.focus();
    const page = this.hasAttribute("action") && webAddress(this.getAttribute("action"));
    const link = this.shadowRoot.querySelector(".all");
    // A link rather than the form: the page's `form-action` may name its own site only.
    link.href = page ? withValues(page, { q: query }) : this.#pageOfResults(query);
    link.click();
  }

  async #search(offset = 0) {
    this.#asked?.abort();
    const query = this.#field.value.trim();
    if (!query) return this.#clear();
    const asked = (this.#asked = new AbortController());
    this.#busy(true);
    if (!this.#shown.length) this.#say(this.#words.busy);
    const wanted = { q: query, ...this.#filters(), offset, limit: this.#pageSize, per_article: 1 };
    try {
      const answer = await this.#answer("/api/v1/search", wanted, asked.signal);
      if (!asked.signal.aborted) this.#show(query, answer, offset);
    } catch (problem) {
      if (!asked.signal.aborted) this.#explain(problem, offset);
    }
  }

  async #suggest(query) {
    const asked = (this.#suggesting = new AbortController());
    try {
      const answer = await this.#answer("/api/v1/suggest", { q: query, limit: SUGGESTIONS }, asked.signal);
      if (asked.signal.aborted || this.shadowRoot.activeElement !== this.#field) return;
      const others = answer.suggestions.filter((text) => text !== query);
      this.#completions.offer(others, counted(this.#words.suggested, others.length, this.#language));
    } catch {
      // Suggestions are a comfort: without them the field still works.
    }
  }

  #answer(path, values, signal) {
    const address = withValues(this.#endpoint + path, { ...values, key: this.getAttribute("key") });
    return this.#answers.at(address, signal);
  }

  get #endpoint() {
    const form = this.#fallbackField()?.form;
    const stated = this.getAttribute("endpoint") ?? form?.getAttribute("action")?.replace(/\/search\/?$/, "");
    return (webAddress(stated || HOME) ?? HOME).replace(/\/+$/, "");
  }

  get #pageSize() {
    return Math.min(100, Math.max(1, parseInt(this.getAttribute("page-size"), 10) || 5));
  }

  /** What narrows a search: attributes, and hidden fields of the form inside where no attribute does. */
  #filters() {
    const filters = {};
    for (const [name, attribute] of Object.entries(STATED)) {
      const hidden = this.querySelector(`form input[type=hidden][name=${name}]`);
      const value = (this.getAttribute(attribute) ?? hidden?.value ?? "").replace(/\s*,\s*/g, ",").trim();
      if (!CHOICES[name] || CHOICES[name].includes(value)) filters[name] = value;
    }
    return filters;
  }

  #pageOfResults(query) {
    return withValues(`${this.#endpoint}/search`, { q: query, ...this.#filters(), ui: this.#language });
  }

  // Showing

  #show(query, answer, offset) {
    const words = this.#words;
    if (!offset) this.#shown = [];
    const items = answer.hits.map((hit) => this.#item(hit, query));
    this.#shown.push(...answer.hits);
    this.#query = query;
    this.#lost = false;
    this.#busy(false);
    if (offset) this.#list.append(...items);
    else this.#list.replaceChildren(...items);
    const parts = [answer.total ? counted(words.found, answer.total, this.#language) : fill(words.none, query)];
    if (answer.query.searched !== answer.query.text) parts.push(". ", fill(words.searched, answer.query.searched));
    if (answer.did_you_mean) parts.push(" ", words.meant, " ", this.#suggestion(answer.did_you_mean));
    this.#say(...parts);
    this.#ends(answer);
    if (offset) items[0]?.querySelector("a").focus();
    this.#tell("izde-search", { query, total: answer.total, offset, hits: answer.hits });
  }

  #suggestion(query) {
    const button = element("button", "suggestion", { type: "button" }, query);
    button.addEventListener("click", () => this.search(query));
    return button;
  }

  #item(hit, query) {
    const { article, passage } = hit;
    const words = this.#words;
    const link = element("a", "title", {
      href: this.#place(hit, query), lang: article.language ?? "", target: this.getAttribute("target") ?? "",
    }, article.title || article.id);
    link.addEventListener("click", (event) => {
      if (!this.#tell("izde-select", { query, hit, url: link.href })) event.preventDefault();
    });
    const facts = [article.authors.join(", "), article.year, words[passage.language] ?? passage.language,
      passage.page && fill(words.page, passage.page)];
    const text = element("blockquote", "passage", { lang: passage.language === "other" ? "" : passage.language },
      ...marked(passage.text, hit.highlights, words));
    return element("li", "hit", {}, link, element("p", "facts", {}, facts.filter(Boolean).join(" · ")), text);
  }

  #place({ article, passage }, query) {
    const path = article.id.split("/").map(encodeURIComponent).join("/");
    const page = withValues(`${this.#endpoint}/articles/${path}`, { q: query, ui: this.#language });
    return `${page}#p${passage.id.slice(passage.id.lastIndexOf("#") + 1)}`;
  }

  #ends(answer) {
    const [ends, more, all] = this.shadowRoot.querySelectorAll(".ends, .more, .all");
    const full = answer && answer.hits.length === this.#pageSize && this.#shown.length < answer.total;
    more.hidden = !full;
    ends.hidden = !answer?.total;
    if (answer) all.href = this.#pageOfResults(this.#query);
  }

  /** Say why there is no answer; results already shown stay where only more of them were asked for. */
  #explain(problem, offset) {
    const { status, retryAfter } = problem instanceof Refusal ? problem : new Refusal(-1);
    const words = this.#words;
    const known = { 0: words.offline, 400: words.refused, 401: words.denied, 403: words.foreign, 429: words.limited };
    const message = fill(known[status] ?? words.failed, retryAfter);
    this.#lost = status === 0;
    if (!offset) {
      this.#shown = [];
      this.#list.replaceChildren();
      this.#ends(null);
    }
    this.#busy(false);
    this.#say(message);
    this.#tell("izde-error", { query: this.#field.value.trim(), status: Math.max(0, status), message });
  }

  #busy(isBusy) {
    this.#list.ariaBusy = String(isBusy);
    this.#skeleton.hidden = !isBusy || this.#shown.length > 0;
  }

  #say(...parts) {
    this.#status.replaceChildren(...parts);
  }

  #tell(name, detail) {
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: true }));
  }
}

function typing(event) {
  const target = event.composedPath()[0];
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

if (!customElements.get("izde-search")) customElements.define("izde-search", IzdeSearch);
