// Debian's Chromium, as the browser tests and the measurement of the first paint start it.
import { chromium } from 'playwright-core';

export const launchChromium = () => chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});

/** What a context of its own starts with when somebody has signed in at `origin`: both halves of the session. */
export function signedInState(origin, headers) {
  const [name, value] = headers.Cookie.split('=');
  const { hostname } = new URL(origin);
  return {
    cookies: [{ name, value, domain: hostname, path: '/', expires: -1, httpOnly: true, secure: false, sameSite: 'Strict' }],
    origins: [{ origin, localStorage: [{ name: 'localscale-csrf', value: headers['x-localscale-csrf'] }] }],
  };
}

const patienceMs = Number(process.env.LOCALSCALE_PATIENCE_MS ?? 60_000);

/** A tab at `address` in `context`. `problems`: what its console complained about, except for answers that are errors. */
export async function openTab(context, address) {
  const page = await context.newPage();
  page.setDefaultTimeout(patienceMs);
  const problems = [];
  page.on('console', (message) => message.type() === 'error' && !/Failed to load resource|ERR_/.test(message.text()) && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(address);
  return { page, problems };
}
