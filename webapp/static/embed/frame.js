// The page for frames tells the page around it how high it is, so that nobody scrolls within a frame.
// The message goes to that page's own origin only. A classic script: modules do not load in a sandboxed frame.
{
  const VERSION = 1;

  /** The origin of the address that a function gives; null where it gives none on the web. */
  const origin = (addressOf) => {
    try {
      const { protocol, origin: found } = new URL(addressOf());
      return /^https?:$/.test(protocol) ? found : null;
    } catch {
      return null;
    }
  };

  /** Some browsers know the page around only as the referrer, which a search within the frame replaces. */
  const noted = () => decodeURIComponent(location.hash.slice(1));
  const around = origin(() => location.ancestorOrigins?.[0] ?? noted()) ?? origin(() => document.referrer);

  if (around && parent !== window) {
    // The fragment stays when the form is sent or a link within the frame is followed, and is not sent itself.
    const note = `#${encodeURIComponent(around)}`;
    for (const form of document.forms) form.action = `${form.getAttribute("action")}${note}`;
    for (const link of document.querySelectorAll("a.other")) link.hash = note;
    const tell = () => {
      const height = Math.ceil(document.body.getBoundingClientRect().height);
      parent.postMessage({ type: "izde:height", version: VERSION, height }, around);
    };
    new ResizeObserver(tell).observe(document.body);
  }
}
