// Addresses: those that may be followed, and those of searches.

/** A whole address on the web; null for any other. */
function webAddress(text) {
  try {
    const url = new URL(text, document.baseURI);
    return /^https?:$/.test(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** An address with these parameters; those without a value are left out. */
function withValues(address, values) {
  const url = new URL(address);
  for (const [name, value] of Object.entries(values)) if (value) url.searchParams.set(name, value);
  return url.href;
}
