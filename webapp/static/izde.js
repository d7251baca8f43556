// Keys that lead to the search field from anywhere on a page: / and Ctrl+K (⌘K).
{
  const field = document.getElementById("q");

  const typing = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

  // A reader who speaks to the browser may switch keys of a single letter off (WCAG 2.1, 2.1.4).
  const singleKeys = () => {
    try {
      return localStorage.getItem("izde-single-keys") !== "off";
    } catch {
      return true;
    }
  };

  const wanted = (event) => {
    if (event.altKey) return false;
    // By its place: with a Cyrillic layout on, the key says "л".
    if (event.ctrlKey || event.metaKey) return event.code === "KeyK" && !event.shiftKey;
    return event.key === "/" && !typing(event.target) && singleKeys();
  };

  field?.setAttribute("aria-keyshortcuts", `${singleKeys() ? "/ " : ""}Control+K Meta+K`);
  document.addEventListener("keydown", (event) => {
    if (!field || !wanted(event)) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}
