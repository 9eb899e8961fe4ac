// Walks by keyboard, on the made-up house and on real homes.

/** Presses Tab until `selector` has the focus: what the mouse can do, the keyboard must reach. */
export async function tabTo(page, selector, max = 60) {
  for (let i = 0; i < max; i += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
    await page.keyboard.press('Tab');
  }
  const where = await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200));
  throw new Error(`Tab does not reach ${selector}; the focus is at ${where}`);
}
