// The page at / in a real Chromium: it chats with streaming, shows the models and the state, and survives bad moments.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { makeHome } from '../support/home.mjs';
import { writeTinyModel } from '../support/tiny_models.mjs';

const pictures = fileURLToPath(new URL('../../build/test-results/screenshots/', import.meta.url));
const widths = { phone: 360, tablet: 820, desktop: 1280 };
let home;
let browser;

before(async () => {
  mkdirSync(pictures, { recursive: true });
  home = await makeHome();
  // Newer than Seedling, as pulled ones are.
  writeTinyModel(join(home.modelFolder, 'newer.gguf'));
  writeTinyModel(join(home.modelFolder, 'newest-embed.gguf'), { pooling: 1 });
  await home.start();
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
});

after(async () => {
  await browser?.close();
  await home?.stop();
});

async function openPage(options = {}) {
  const context = await browser.newContext({ viewport: { width: widths.desktop, height: 800 }, ...options });
  const page = await context.newPage();
  const problems = [];
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(home.url);
  await page.waitForFunction(() => document.querySelectorAll('#models tr').length > 0);
  return { page, problems, close: () => context.close() };
}

async function ask(page, text) {
  await page.fill('#prompt', text);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#send:not([hidden])');
}

test('the page shows the models, the state and the version', async () => {
  const { page, problems, close } = await openPage();
  assert.match(await page.textContent('#models'), /seedling:latest/);
  assert.match(await page.textContent('#state'), /^(Idle|Busy|Loading)/);
  assert.match(await page.textContent('#version'), /Localscale \d+\.\d+\.\d+/);
  assert.deepEqual(problems, []);
  await close();
});

test('the models that can chat are offered, first the default one', async () => {
  const { page, close } = await openPage();
  assert.match(await page.textContent('#models'), /newest-embed:latest/);
  assert.deepEqual(await page.$$eval('#model option', (options) => options.map((option) => option.value)), ['newer:latest', 'seedling:latest']);
  assert.equal(await page.inputValue('#model'), 'seedling:latest');
  await page.selectOption('#model', 'newer:latest');
  await page.reload();
  await page.waitForFunction(() => document.querySelectorAll('#model option').length > 0);
  assert.equal(await page.inputValue('#model'), 'newer:latest');
  await close();
});

test('a question typed with the keyboard alone gets a streamed answer', async () => {
  const { page, problems, close } = await openPage();
  await page.focus('#prompt');
  await page.keyboard.type('switch the kitchen lights off');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#messages .assistant:not(.busy)');
  const answer = await page.textContent('#messages .assistant');
  assert.match(answer, /kitchen/);
  assert.equal(await page.textContent('#messages .user'), 'switch the kitchen lights off');
  assert.deepEqual(problems, []);
  await close();
});

test('while a model is loaded, its place says so with its size and time', async () => {
  const { page, close } = await openPage();
  const steps = [{ status: 'measuring', total: 9_000_000, elapsed_ms: 0 }, { status: 'loading', total: 9_000_000, elapsed_ms: 2750 }, { status: 'success' }];
  await page.route('**/localscale/v1/load', (route) => route.fulfill({ body: steps.map((step) => `${JSON.stringify(step)}\n`).join('') }));
  await page.evaluate(() => {
    window.waits = [];
    new MutationObserver((changes) => window.waits.push(...changes.map((change) => change.oldValue)))
      .observe(document.querySelector('#messages'), { subtree: true, attributeFilter: ['data-wait'], attributeOldValue: true });
  });
  await ask(page, 'hello');
  assert.deepEqual(await page.evaluate(() => window.waits), [null, 'measuring seedling:latest (9.0 MB), 0 s', 'loading seedling:latest (9.0 MB), 2 s']);
  assert.ok((await page.textContent('#messages .assistant')).length > 0);
  await close();
});

test('a model that cannot be loaded is an error, not an empty answer', async () => {
  const { page, close } = await openPage();
  await page.route('**/localscale/v1/load', (route) => route.fulfill({ body: '{"error":{"message":"It does not fit."}}\n' }));
  await ask(page, 'hello');
  assert.equal(await page.textContent('#messages .error'), 'It does not fit.');
  assert.equal(await page.locator('#messages .assistant').count(), 0);
  await close();
});

test('a question that got no answer is not sent again with the next one', async () => {
  const { page, close } = await openPage();
  const asked = [];
  await page.route('**/v1/chat/completions', (route) => {
    asked.push(route.request().postDataJSON().messages);
    return asked.length === 1 ? route.fulfill({ status: 503, body: '{"error":{"message":"The engine died."}}' }) : route.continue();
  });
  await ask(page, 'good morning');
  assert.equal(await page.textContent('#messages .error'), 'The engine died.');
  await ask(page, 'hello');
  assert.deepEqual(asked[1], [{ role: 'user', content: 'hello' }]);
  await close();
});

test('the hint in the empty prompt is shown whole at every width', async () => {
  for (const width of Object.values(widths)) {
    const { page, close } = await openPage({ viewport: { width, height: 800 } });
    const hidden = await page.$eval('#prompt', (prompt) => {
      prompt.value = prompt.placeholder;
      return prompt.scrollHeight - prompt.clientHeight;
    });
    assert.ok(hidden <= 0, `${hidden} pixels are hidden at ${width}`);
    await close();
  }
});

test('text that looks like markup is shown as text', async () => {
  const { page, close } = await openPage();
  await ask(page, '<img src=x onerror="document.title=1">');
  assert.equal(await page.textContent('#messages .user'), '<img src=x onerror="document.title=1">');
  assert.equal(await page.title(), 'Localscale');
  await close();
});

test('a new chat forgets the old messages', async () => {
  const { page, close } = await openPage();
  await ask(page, 'hello');
  await page.click('#new-chat');
  assert.equal(await page.locator('#messages li').count(), 0);
  await close();
});

test('the security policy forbids inline scripts and other origins', async () => {
  const response = await fetch(home.url, { headers: { Accept: 'text/html' } });
  const policy = response.headers.get('content-security-policy');
  assert.match(policy, /default-src 'none'|default-src 'self'/);
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval/);
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
});

for (const [name, width] of Object.entries(widths)) {
  for (const colorScheme of ['light', 'dark']) {
    test(`nothing overflows at ${width} pixels in ${colorScheme} colours`, async () => {
      const { page, close } = await openPage({ viewport: { width, height: 800 }, colorScheme });
      await ask(page, 'switch the bedroom lamp on and wake me at seven');
      await page.screenshot({ path: `${pictures}home-${name}-${colorScheme}.png`, fullPage: true });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(overflow <= 0, `the page is ${overflow} pixels too wide`);
      await close();
    });
  }
}

test('when the home stops, the page says so', async () => {
  const { page, close } = await openPage();
  await page.route('**/localscale/v1/status', (route) => route.abort());
  await page.waitForFunction(() => document.querySelector('#state').textContent.startsWith('The home does not answer'), null, { timeout: 15000 });
  await close();
});
