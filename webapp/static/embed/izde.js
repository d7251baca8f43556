// <izde-search>: the search of an Izde server as an element of any page. Described in docs/embedding.md.
// Text of articles and messages becomes text nodes only; styles are constructed sheets, as a strict CSP wants it.

const SOON_MS = 250;
const SHORTEST = 2;
const EXCERPT = 320;
const BEFORE_MARK = 60;
const KEPT_ANSWERS = 30;
const USUAL_WAIT_S = 30;
const HOME = new URL(import.meta.url).origin;
const MODES = ["hybrid", "keyword", "semantic"];

const STRINGS = {
  ky: {
    search: "Издөө",
    label: "Макалалардан издөө",
    close: "Жабуу",
    busy: "Изделүүдө…",
    found: { other: "{} үзүндү табылды" },
    none: "«{}» боюнча эч нерсе табылган жок",
    meant: "Балким, мындай дегиңиз келгендир:",
    searched: "{} боюнча изделди.",
    more: "Дагы көрсөтүү",
    all: "Бардык жыйынтыктар",
    page: "{}-бет",
    exact: "Сиз издеген сөз: «{}»",
    lemma: "«{}» сөзүнүн башка формасы",
    meaning: "«{}» сөзүнө мааниси жакын",
    offline: "Издөө серверине туташуу мүмкүн болгон жок. Интернетти текшерип, кайра аракет кылыңыз.",
    limited: "Сурамдар өтө көп. {} секунддан кийин кайра аракет кылыңыз.",
    refused: "Бул сурамга жооп берүү мүмкүн эмес. Азыраак сөз менен сурап көрүңүз.",
    failed: "Издөө азыр иштебей жатат. Бир аздан кийин кайра аракет кылыңыз.",
    ky: "кыргызча", kk: "казакча", ru: "орусча", en: "англисче", other: "башка тил",
  },
  kk: {
    search: "Іздеу",
    label: "Мақалалардан іздеу",
    close: "Жабу",
    busy: "Ізделуде…",
    found: { other: "{} үзінді табылды" },
    none: "«{}» бойынша ештеңе табылмады",
    meant: "Мүмкін, былай дегіңіз келген шығар:",
    searched: "{} бойынша ізделді.",
    more: "Тағы көрсету",
    all: "Барлық нәтиже",
    page: "{}-бет",
    exact: "Сіз іздеген сөз: «{}»",
    lemma: "«{}» сөзінің басқа тұлғасы",
    meaning: "«{}» сөзіне мағынасы жақын",
    offline: "Іздеу серверіне қосылу мүмкін болмады. Интернетті тексеріп, қайталап көріңіз.",
    limited: "Сұраулар тым көп. {} секундтан кейін қайталап көріңіз.",
    refused: "Бұл сұрауға жауап беру мүмкін емес. Азырақ сөзбен сұрап көріңіз.",
    failed: "Іздеу қазір істемей тұр. Сәл күтіп, қайталап көріңіз.",
    ky: "қырғызша", kk: "қазақша", ru: "орысша", en: "ағылшынша", other: "басқа тіл",
  },
  ru: {
    search: "Найти",
    label: "Поиск по статьям",
    close: "Закрыть",
    busy: "Идёт поиск…",
    found: { one: "Найден {} фрагмент", few: "Найдено {} фрагмента", other: "Найдено {} фрагментов" },
    none: "По запросу «{}» ничего не найдено",
    meant: "Возможно, вы имели в виду:",
    searched: "Показано по запросу {}.",
    more: "Показать ещё",
    all: "Все результаты",
    page: "с. {}",
    exact: "Слово из запроса: «{}»",
    lemma: "Другая форма слова «{}»",
    meaning: "Близко по смыслу к слову «{}»",
    offline: "Нет связи с сервером поиска. Проверьте интернет и попробуйте снова.",
    limited: "Слишком много запросов. Попробуйте через {} с.",
    refused: "На этот запрос нельзя ответить. Спросите короче.",
    failed: "Поиск сейчас не работает. Подождите немного и попробуйте снова.",
    ky: "кыргызский", kk: "казахский", ru: "русский", en: "английский", other: "другой язык",
  },
  en: {
    search: "Search",
    label: "Search the articles",
    close: "Close",
    busy: "Searching…",
    found: { one: "{} passage found", other: "{} passages found" },
    none: "Nothing found for “{}”",
    meant: "Did you mean:",
    searched: "Searched for {}.",
    more: "Show more",
    all: "All results",
    page: "p. {}",
    exact: "The word you asked for: “{}”",
    lemma: "Another form of “{}”",
    meaning: "Close in meaning to “{}”",
    offline: "The search cannot be reached. Check the connection and try again.",
    limited: "Too many requests. Try again in {} s.",
    refused: "This query cannot be answered. Ask in fewer words.",
    failed: "The search is not working at present. Wait a little and try again.",
    ky: "Kyrgyz", kk: "Kazakh", ru: "Russian", en: "English", other: "other language",
  },
};

// Each colour: its custom property, its value on a light and on a dark page.
const COLOURS = [
  ["background", "#fafbf9", "#101816"],
  ["field", "#ffffff", "#18221f"],
  ["text", "#16211e", "#e3eae7"],
  ["quiet", "#51605b", "#9fb0aa"],
  ["border", "#7b8682", "#6d7d77"],
  ["link", "#0a5568", "#84d2e2"],
  ["accent", "#0b7285", "#57bfd3"],
  ["on-accent", "#ffffff", "#07262c"],
  ["exact", "#ffdc5e", "#775c00"],
  ["lemma", "#fff0b8", "#3d3415"],
  ["lemma-line", "#b37f00", "#dba617"],
  ["meaning", "#d2eef3", "#103d46"],
  ["meaning-line", "#0b7285", "#57bfd3"],
];

const palette = (value) => COLOURS.map(([name, ...pair]) => `--_${name}:var(--izde-${name},${value(pair)});`).join("");

const CSS = `
:host { display: block; ${palette(([light]) => light)} font: var(--izde-font, 1rem/1.5 system-ui, sans-serif); color: var(--_text); }
@supports (color: light-dark(#000, #fff)) { :host { ${palette(([light, dark]) => `light-dark(${light},${dark})`)} } }
:host([hidden]) { display: none; }
:host([theme="light"]) { color-scheme: light; }
:host([theme="dark"]) { color-scheme: dark; }
:host([theme="auto"]) { color-scheme: light dark; }
*, ::before { box-sizing: border-box; }
.box { padding: .75rem; background: var(--_background); border-radius: var(--izde-radius, 6px); overflow-wrap: anywhere; }
form { display: flex; flex-wrap: wrap; gap: .5rem; margin: 0; }
input, button { font: inherit; border: 1px solid var(--_border); border-radius: var(--izde-radius, 6px); padding: .45rem .8rem; }
input { flex: 1 1 12rem; min-width: 0; background: var(--_field); color: var(--_text); }
input::placeholder { color: var(--_quiet); opacity: 1; }
button { background: var(--_field); color: var(--_link); cursor: pointer; }
.go { background: var(--_accent); color: var(--_on-accent); border-color: transparent; }
:focus-visible { outline: 3px solid var(--_accent); outline-offset: 2px; }
p, ol, blockquote { margin: 0; padding: 0; }
.status { color: var(--_quiet); }
.status:not(:empty) { margin-top: .6rem; }
.status button { padding: 0; border: 0; background: none; text-decoration: underline; }
ol { list-style: none; }
ol[aria-busy="true"] { opacity: .55; }
li { margin-top: 1rem; padding-top: .8rem; border-top: 1px solid color-mix(in srgb, var(--_border) 40%, transparent); }
a { color: var(--_link); text-underline-offset: .18em; }
li a { font-weight: 600; }
.facts { color: var(--_quiet); font-size: .875em; }
mark { color: inherit; padding: 0 .1em; border-radius: 2px; background: var(--_exact); }
mark.lemma { background: var(--_lemma); box-shadow: inset 0 -2px var(--_lemma-line); }
mark.meaning { background: var(--_meaning); border-bottom: 2px dotted var(--_meaning-line); }
.ends { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; margin-top: 1rem; }
[hidden] { display: none; }
kbd { font: .8em ui-monospace, monospace; color: var(--_quiet); margin-left: .5em; }
dialog { width: min(46rem, calc(100vw - 1.5rem)); max-width: none; max-height: min(85vh, 60rem); margin-top: 7vh; padding: 0; border: 1px solid var(--_border);
  border-radius: var(--izde-radius, 6px); background: var(--_background); color: var(--_text); overflow: auto; }
dialog::backdrop { background: rgb(0 0 0 / .5); }
@media print { form, .ends, .trigger { display: none; } }
@media (forced-colors: active) { mark { outline: 1px solid; } }
`;

let sheet;

function styles() {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}

/** An element with a part and class of this name, properties, and children. */
function element(tag, part, properties = {}, ...children) {
  const made = document.createElement(tag);
  if (part) {
    made.part.add(...part.split(" "));
    made.className = part.split(" ").at(-1);
  }
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

/** The bounds of the stretch of a text with the most different query words in it, at spaces. */
function excerpt(letters, highlights) {
  if (letters.length <= EXCERPT) return [0, letters.length];
  let best = 0;
  let most = 0;
  for (const { start } of highlights) {
    const inside = highlights.filter((each) => each.start >= start && each.end <= start + EXCERPT - BEFORE_MARK);
    const words = new Set(inside.map((each) => each.query_word)).size;
    if (words > most) [best, most] = [Math.max(0, start - BEFORE_MARK), words];
  }
  const last = Math.min(letters.length, best + EXCERPT);
  const after = best ? letters.indexOf(" ", best) + 1 : 0;
  const before = last < letters.length ? letters.lastIndexOf(" ", last) : last;
  return [after < last ? after : best, before > after ? before : last];
}

/** Nodes for a passage: text, and its highlights as marks. Ranges count code points. */
function marked(text, highlights, strings) {
  const letters = Array.from(text);
  const [first, last] = excerpt(letters, highlights);
  const piece = (from, to) => letters.slice(from, to).join("");
  const nodes = first ? ["… "] : [];
  let at = first;
  for (const { start, end, kind, query_word: word } of highlights) {
    if (start < at || end > last) continue;
    const known = ["exact", "lemma", "meaning"].includes(kind) ? kind : "exact";
    const mark = element("mark", `mark ${known}`, { title: fill(strings[known], word) }, piece(start, end));
    nodes.push(piece(at, start), mark);
    at = end;
  }
  nodes.push(piece(at, last));
  if (last < letters.length) nodes.push(" …");
  return nodes;
}

function fill(template, value) {
  return template.replace("{}", () => value);
}

function webAddress(text) {
  try {
    const url = new URL(text, document.baseURI);
    return /^https?:$/.test(url.protocol) ? url.href.replace(/\/+$/, "") : null;
  } catch {
    return null;
  }
}

/** Why a search was not answered: `status` is that of HTTP, 0 where no answer came. */
class Refusal extends Error {
  constructor(status, retryAfter = 0) {
    super(`the search was not answered (status ${status})`);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

class IzdeSearch extends HTMLElement {
  #strings = STRINGS.en;
  #language = "en";
  #kept = new Map();
  #shown = [];
  #query = "";
  #waiting = 0;
  #refusedUntil = 0;
  #asked = null;
  #life = null;

  connectedCallback() {
    this.#life = new AbortController();
    // The parser has not read the form inside yet where the element is already defined.
    if (document.readyState === "loading" && !this.firstElementChild) {
      addEventListener("DOMContentLoaded", () => this.#build(), { once: true, signal: this.#life.signal });
    } else this.#build();
  }

  disconnectedCallback() {
    this.#life.abort();
    this.#asked?.abort();
    clearTimeout(this.#waiting);
  }

  /** Put a query into the field and search for it. */
  search(query) {
    this.#dialog?.open === false && this.#open();
    this.#field.value = query;
    return this.#search();
  }

  #build() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [styles()];
    this.#language = this.#interfaceLanguage();
    this.#strings = STRINGS[this.#language];
    const found = this.#fallbackField();
    const focused = found && found === document.activeElement;
    const box = this.#box(found);
    root.replaceChildren(...(this.#modal ? this.#modalParts(box) : [box]));
    root.addEventListener("keydown", (event) => this.#key(event), { signal: this.#life.signal });
    document.addEventListener("keydown", (event) => this.#shortcut(event), { signal: this.#life.signal });
    if (focused && !this.#modal) this.#field.focus();
    if (found?.value.trim() && !this.#modal) this.#search();
  }

  #interfaceLanguage() {
    const code = this.closest("[lang]")?.lang.split("-")[0].toLowerCase();
    return Object.hasOwn(STRINGS, code ?? "") ? code : "en";
  }

  #fallbackField() {
    return this.querySelector("form input[name=q]");
  }

  #box(found) {
    const words = this.#strings;
    const label = this.getAttribute("label") ?? found?.getAttribute("aria-label") ?? words.label;
    const field = element("input", "field", {
      type: "search", name: "q", maxLength: 2000, autocomplete: "off", spellcheck: false, enterKeyHint: "search",
      placeholder: this.getAttribute("placeholder") ?? found?.placeholder ?? "",
      value: found?.value ?? "", ariaLabel: label,
    });
    const form = element("form", "form", {}, field, element("button", "button go", { type: "submit" }, words.search));
    form.setAttribute("role", "search");
    const status = element("p", "status");
    status.setAttribute("role", "status");
    const more = element("button", "more", { type: "button", hidden: true }, words.more);
    const all = element("a", "all", { hidden: true, target: this.getAttribute("target") ?? "" }, words.all);
    const box = element("div", "box", { lang: this.#language }, form, status, element("ol", "results"),
      element("div", "ends", {}, more, all));
    field.addEventListener("input", () => this.#soon());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#search();
    });
    more.addEventListener("click", () => this.#search(this.#shown.length));
    return box;
  }

  #modalParts(box) {
    const words = this.#strings;
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

  get #modal() {
    return this.getAttribute("layout") === "modal";
  }

  /** Like "ctrl+k" or "/"; empty for none. */
  get #shortcutKeys() {
    return (this.getAttribute("shortcut") ?? (this.#modal ? "ctrl+k" : "")).toLowerCase().replace("none", "");
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
    return this.shadowRoot.querySelector("[role=status]");
  }

  get #endpoint() {
    const form = this.#fallbackField()?.form;
    const stated = this.getAttribute("endpoint") ?? form?.getAttribute("action")?.replace(/\/search\/?$/, "");
    return webAddress(stated || HOME) ?? HOME;
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
    if (event.key === "ArrowDown" || event.key === "ArrowUp") this.#step(event, event.key === "ArrowDown" ? 1 : -1);
    if (event.key !== "Escape" || this.#dialog) return;
    event.preventDefault();
    if (this.shadowRoot.activeElement === this.#field) this.#clear();
    this.#field.focus();
  }

  /** Arrows go from the field through the results and back. */
  #step(event, by) {
    const stops = [this.#field, ...this.#list.querySelectorAll("a")];
    const next = stops.indexOf(this.shadowRoot.activeElement) + by;
    if (next - by < 0 || !stops[next]) return;
    event.preventDefault();
    stops[next].focus();
  }

  #soon() {
    clearTimeout(this.#waiting);
    this.#asked?.abort();
    const query = this.#field.value.trim();
    if (!query) this.#clear();
    else if (query.length >= SHORTEST) this.#waiting = setTimeout(() => this.#search(), SOON_MS);
  }

  #clear() {
    clearTimeout(this.#waiting);
    this.#asked?.abort();
    this.#field.value = this.#query = "";
    this.#shown = [];
    this.#list.replaceChildren();
    this.#list.ariaBusy = "false";
    this.#say("");
    this.#ends(null);
  }

  async #search(offset = 0) {
    clearTimeout(this.#waiting);
    this.#asked?.abort();
    const query = this.#field.value.trim();
    if (!query) return this.#clear();
    const asked = (this.#asked = new AbortController());
    this.#list.ariaBusy = "true";
    if (!this.#shown.length) this.#say(this.#strings.busy);
    try {
      const address = this.#address("/api/v1/search", query, { offset, limit: this.#pageSize, per_article: 1 });
      const answer = await this.#answer(address, asked.signal);
      if (!asked.signal.aborted) this.#show(query, answer, offset);
    } catch (problem) {
      if (!asked.signal.aborted) this.#explain(problem);
    }
  }

  async #answer(address, signal) {
    if (this.#kept.has(address)) return this.#kept.get(address);
    const wait = Math.ceil((this.#refusedUntil - Date.now()) / 1000);
    if (wait > 0) throw new Refusal(429, wait);
    const response = await fetch(address, { signal, credentials: "omit" }).catch((problem) => {
      throw signal.aborted ? problem : new Refusal(0);
    });
    if (!response.ok) throw this.#refusal(response);
    const answer = await response.json();
    if (this.#kept.size >= KEPT_ANSWERS) this.#kept.delete(this.#kept.keys().next().value);
    this.#kept.set(address, answer);
    return answer;
  }

  #refusal(response) {
    const wait = Number(response.headers.get("Retry-After")) || USUAL_WAIT_S;
    if (response.status === 429) this.#refusedUntil = Date.now() + wait * 1000;
    return new Refusal(response.status, wait);
  }

  get #pageSize() {
    return Math.min(100, Math.max(1, parseInt(this.getAttribute("page-size"), 10) || 5));
  }

  /** Address of a search: attributes narrow it, and hidden fields of the form inside where no attribute does. */
  #address(path, query, numbers) {
    const url = new URL(this.#endpoint + path);
    const stated = { language: "languages", mode: "mode", author: "author", year_from: "year-from", year_to: "year-to" };
    url.searchParams.set("q", query);
    for (const [name, attribute] of Object.entries(stated)) {
      const hidden = this.querySelector(`form input[type=hidden][name=${name}]`);
      const value = (this.getAttribute(attribute) ?? hidden?.value ?? "").replace(/\s*,\s*/g, ",").trim();
      if (value && (name !== "mode" || MODES.includes(value))) url.searchParams.set(name, value);
    }
    for (const [name, value] of Object.entries(numbers)) if (value) url.searchParams.set(name, value);
    return url.href;
  }

  #show(query, answer, offset) {
    const words = this.#strings;
    if (!offset) this.#shown = [];
    const items = answer.hits.map((hit) => this.#item(hit, query));
    this.#shown.push(...answer.hits);
    this.#query = query;
    this.#list.ariaBusy = "false";
    if (offset) this.#list.append(...items);
    else this.#list.replaceChildren(...items);
    const forms = words.found;
    const form = new Intl.PluralRules(this.#language === "ru" ? "ru" : "en").select(answer.total);
    const count = answer.total.toLocaleString(this.#language);
    const parts = [answer.total ? fill(forms[form] ?? forms.other, count) : fill(words.none, query)];
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
    const words = this.#strings;
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
    const url = new URL(`${this.#endpoint}/articles/${path}`);
    url.searchParams.set("q", query);
    url.searchParams.set("ui", this.#language);
    url.hash = `p${passage.id.slice(passage.id.lastIndexOf("#") + 1)}`;
    return url.href;
  }

  #ends(answer) {
    const [more, all] = this.shadowRoot.querySelectorAll(".more, .all");
    const full = answer && answer.hits.length === this.#pageSize && this.#shown.length < answer.total;
    more.hidden = !full;
    all.hidden = !answer?.total;
    if (answer) all.href = `${this.#address("/search", this.#query, {})}&ui=${this.#language}`;
  }

  #explain(problem) {
    const { status, retryAfter } = problem instanceof Refusal ? problem : new Refusal(-1);
    const words = this.#strings;
    let message = words.failed;
    if (status === 0) message = words.offline;
    if (status === 429) message = fill(words.limited, retryAfter);
    if (status === 400) message = words.refused;
    this.#shown = [];
    this.#list.replaceChildren();
    this.#list.ariaBusy = "false";
    this.#ends(null);
    this.#say(message);
    this.#tell("izde-error", { query: this.#field.value.trim(), status: Math.max(0, status), message });
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
