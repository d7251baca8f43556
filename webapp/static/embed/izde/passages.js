// Passages as nodes. Text of articles and messages becomes text nodes only.

const EXCERPT = 320;
const BEFORE_MARK = 60;

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
