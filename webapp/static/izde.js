// Keys that lead to the search field from anywhere on a page: / and Ctrl+K (⌘K).
{
  const field = document.getElementById("q");

  const typing = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

  // Readers who speak to their browser may switch keys of a single character off (WCAG 2.1.4): keys.js lets them.
  // All scripts read the choice from <html data-keys>.
  const page = document.documentElement;
  const readChoice = () => {
    try {
      page.dataset.keys = localStorage.getItem("izde-single-keys") === "off" ? "off" : "on";
    } catch {
      page.dataset.keys = "on";
    }
  };

  const wanted = (event) => {
    if (event.altKey) return false;
    // By its place: with a Cyrillic layout on, the key says "л".
    if (event.ctrlKey || event.metaKey) return event.code === "KeyK" && !event.shiftKey;
    return event.key === "/" && !typing(event.target) && page.dataset.keys === "on";
  };

  readChoice();
  addEventListener("storage", readChoice);
  field?.setAttribute("aria-keyshortcuts", `${page.dataset.keys === "on" ? "/ " : ""}Control+K Meta+K`);
  field?.setAttribute("data-shortcuts", "/ Control+K Meta+K");
  document.addEventListener("keydown", (event) => {
    if (!field || !wanted(event)) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}
