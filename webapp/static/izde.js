// Keys that lead to the search field from anywhere on a page: / and Ctrl+K (⌘K).
{
  const field = document.getElementById("q");

  const typing = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

  const wanted = (event) => {
    if (event.altKey) return false;
    // By its place: with a Cyrillic layout on, the key says "л".
    if (event.ctrlKey || event.metaKey) return event.code === "KeyK" && !event.shiftKey;
    return event.key === "/" && !typing(event.target);
  };

  field?.setAttribute("aria-keyshortcuts", "/ Control+K Meta+K");
  document.addEventListener("keydown", (event) => {
    if (!field || !wanted(event)) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}
