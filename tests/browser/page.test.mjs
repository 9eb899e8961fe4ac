// The dashboard in a real Chromium on a real home: signing in, the rooms, a chat; through the LAN door, too. What it looks like in every state is
// tested on a made-up house in web/dashboard/browser.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ask as askAdmin } from '../support/admin.mjs';
import { freePort, makeHome } from '../support/home.mjs';
import { writeTinyModel } from '../support/tiny_models.mjs';
import { launchChromium, openTab } from './chromium.mjs';

const pictures = fileURLToPath(new URL('../../build/test-results/screenshots/', import.meta.url));
const widths = { phone: 320, tablet: 820, desktop: 1280 };
let home;
let browser;
let lanUrl;

before(async () => {
  mkdirSync(pictures, { recursive: true });
  const port = await freePort();
  lanUrl = `https://127.0.0.1:${port}/`;
  home = await makeHome({ config: { lan: { enabled: true, address: '127.0.0.1', port } } });
  writeTinyModel(join(home.modelFolder, 'newer.gguf'));
  await home.start();
  // Else who signs in first is led through the set-up.
  await askAdmin(home, 'setup', { method: 'PATCH', body: { done: true } });
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await home?.stop();
});

const newLink = () => home.run('open', '--print').stdout.trim();

/** A browser of its own at `address`. */
async function openPage(address, options = {}) {
  const context = await browser.newContext({ viewport: { width: widths.desktop, height: 800 }, ...options });
  return { ...await openTab(context, address), close: () => context.close() };
}

async function signedIn(options = {}) {
  const opened = await openPage(newLink(), options);
  await opened.page.waitForSelector('nav.rooms');
  return opened;
}

async function ask(page, text) {
  await page.fill('#question', text);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.message.assistant .tools >> text=tokens/s');
}

test('who is not signed in sees the door and nothing of the home', async () => {
  const { page, problems, close } = await openPage(`${home.url}/#/models`);
  await page.waitForSelector('text=Sign in to this home');
  assert.doesNotMatch(await page.textContent('body'), /seedling|newer/);
  assert.deepEqual(await page.evaluate(async () => {
    const paths = ['/localscale/v1/status', '/localscale/v1/models', '/localscale/v1/keys', '/metrics'];
    return Promise.all(paths.map(async (path) => (await fetch(path)).status));
  }), [401, 401, 401, 401]);
  assert.deepEqual(problems, []);
  await close();
});

test('a link of `localscale open` signs in once and does not stay in the address', async () => {
  const link = newLink();
  assert.match(link, new RegExp(`^${home.url}/#/sign-in\\?token=[0-9a-f]{64}$`));
  const { page, close } = await openPage(link);
  await page.waitForSelector('nav.rooms');
  assert.doesNotMatch(page.url(), /token/);
  await page.reload();
  await page.waitForSelector('nav.rooms');
  const late = await openPage(link);
  await late.page.waitForSelector('text=This link has been used already, or is too old.');
  await late.close();
  await close();
});

test('the cookie alone, which every port of this host gets, opens nothing', async () => {
  const { page, close } = await signedIn();
  const status = () => page.evaluate(async () => (await fetch('/localscale/v1/keys')).status);
  assert.equal(await status(), 401);
  const cookies = await page.context().cookies();
  assert.deepEqual(cookies.map(({ name, httpOnly, sameSite, secure }) => ({ name, httpOnly, sameSite, secure })),
    [{ name: 'localscale-session', httpOnly: true, sameSite: 'Strict', secure: false }]);
  await close();
});

test('every room opens; what this home does not offer says so', async () => {
  const { page, problems, close } = await signedIn();
  for (const room of ['home', 'chat', 'models', 'keys', 'logs', 'settings']) {
    await page.goto(`${home.url}/#/${room}`);
    await page.waitForSelector(`main.room-${room} h1`);
  }
  await page.goto(`${home.url}/#/models`);
  await page.waitForSelector('main >> text=seedling:latest');
  await page.waitForSelector('main >> text=newer:latest');
  assert.deepEqual(problems, []);
  await close();
});

/** Status of a request that the page makes as its own do: with the session's second half. */
const asked = (page, path, body) => page.evaluate(async ([target, text]) => {
  const headers = { 'x-localscale-csrf': localStorage.getItem('localscale-csrf'), 'Content-Type': 'application/json' };
  return (await fetch(target, { headers, method: text ? 'POST' : 'GET', body: text })).status;
}, [path, body && JSON.stringify(body)]);

test('a question gets a streamed answer', async (context) => {
  const { page, problems, close } = await signedIn();
  await page.goto(`${home.url}/#/chat`);
  if (await asked(page, '/localscale/v1/conversations') === 404) {
    await close();
    context.skip('this home keeps no conversations yet');
    return;
  }
  await ask(page, 'switch the kitchen lights off');
  assert.match(await page.textContent('.message.assistant'), /kitchen/);
  assert.deepEqual(problems, []);
  await close();
});

test('a key made on the page opens it over the LAN if it may, and its end is the session’s', async () => {
  const { page, close } = await signedIn();
  await page.goto(`${home.url}/#/keys`);
  await page.fill('main form input >> nth=0', 'phone');
  await page.check('main form input[type=checkbox]');
  await page.click('main form button[type=submit]');
  const key = await page.textContent('dialog .copyable code >> nth=0');
  await page.screenshot({ path: `${pictures}key-made.png` });

  const device = await openPage(lanUrl, { ignoreHTTPSErrors: true });
  await device.page.waitForSelector('text=Sign in to this home');
  await device.page.fill('input[type=password]', key);
  await device.page.keyboard.press('Enter');
  await device.page.waitForSelector('nav.rooms');
  assert.equal(await asked(device.page, '/v1/chat/completions', { messages: [{ role: 'user', content: 'wake me at seven' }] }), 200);
  assert.equal(await asked(device.page, '/localscale/v1/status'), 200);
  assert.equal((await device.page.context().cookies())[0].secure, true);

  assert.equal(home.run('key', 'rm', 'phone').code, 0);
  await device.page.reload();
  await device.page.waitForSelector('text=Sign in to this home');
  await device.close();
  await close();
});

test('a key for programs does not open the page', async () => {
  const key = home.run('key', 'create', 'toaster').stdout.trim();
  const { page, close } = await openPage(lanUrl, { ignoreHTTPSErrors: true });
  await page.fill('input[type=password]', key);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.trouble >> text=does not open the page');
  await close();
});

test('the password signs in after signing out, and setting it ends other sessions', async () => {
  const other = await signedIn();
  const { page, close } = await signedIn();
  await page.goto(`${home.url}/#/settings`);
  await page.fill('input[type=password]', 'ten letters');
  await page.click('text=Set the password');
  await page.waitForSelector('text=The password is set.');
  await other.page.reload();
  await other.page.waitForSelector('text=Sign in to this home');
  await other.close();
  await page.click('.sign-out >> text=Sign out');
  await page.waitForSelector('text=Sign in to this home');
  await page.fill('input[type=password]', 'ten lettera');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.trouble >> text=This password is not right.');
  await page.fill('input[type=password]', 'ten letters');
  await page.keyboard.press('Enter');
  await page.waitForSelector('nav.rooms');
  await close();
});

test('the page is compressed, its parts are kept for ever, and it runs only its own files', async () => {
  const get = (path, encoding) => fetch(home.url + path, { headers: { Accept: 'text/html', 'Accept-Encoding': encoding } });
  const page = await get('/', 'gzip');
  assert.equal(page.headers.get('content-encoding'), 'gzip');
  assert.equal(page.headers.get('cache-control'), 'no-cache');
  assert.match(page.headers.get('content-security-policy'), /^default-src 'none'; script-src 'self'/);
  assert.doesNotMatch(page.headers.get('content-security-policy'), /unsafe/);
  const text = await page.text();
  assert.equal(await (await get('/', 'identity')).text(), text);
  const parts = text.match(/data-program="([^"]+)"/)[1].split(' ');
  assert.ok(parts.length > 1);
  for (const path of parts) {
    const part = await get(`/${path}`, 'gzip');
    assert.equal(part.status, 200, path);
    assert.equal(part.headers.get('cache-control'), 'public, max-age=31536000, immutable');
  }
});

for (const [name, width] of Object.entries(widths)) {
  for (const colorScheme of ['light', 'dark']) {
    test(`nothing overflows at ${width} pixels in ${colorScheme} colours`, async () => {
      const { page, close } = await signedIn({ viewport: { width, height: 800 }, colorScheme });
      for (const room of ['home', 'models', 'keys']) {
        await page.goto(`${home.url}/#/${room}`);
        await page.waitForSelector(`main.room-${room} h1`);
        await page.screenshot({ path: `${pictures}${room}-${name}-${colorScheme}.png`, fullPage: true });
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(overflow <= 0, `${room} is ${overflow} pixels too wide`);
      }
      await close();
    });
  }
}

test('the page says when the home stops, and is signed in still when it is back', async () => {
  const { page, close } = await signedIn();
  home.options.keep = true;
  await home.stop();
  await page.waitForSelector('.banner.bad');
  home.options.keep = false;
  await home.start();
  await page.waitForSelector('.notice >> text=The home is back.');
  await page.reload();
  await page.waitForSelector('nav.rooms');
  await close();
});
