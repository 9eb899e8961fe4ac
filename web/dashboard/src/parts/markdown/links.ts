// Which addresses of a text that a model wrote may become links.

const allowed = new Set(['http:', 'https:', 'mailto:']);

/** The address as a link may have it, or null. Relative ones are null, too: the text is not a page of this home. */
export function safeAddress(address: string): string | null {
  // Browsers drop control characters and blanks inside a scheme ("java\nscript:"), so they are dropped before it is looked at.
  const plain = address.replace(/[\u0000-\u0020\u007f-\u009f]/g, '');
  try {
    const url = new URL(plain);
    return allowed.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}
