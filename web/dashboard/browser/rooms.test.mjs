// Every room at three widths in both colour schemes: nothing overflows, axe finds nothing, the console stays silent. Then the
// walks: set-up, chat and a pull by keyboard alone; a restart of the house; two tabs; ten thousand messages.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { realPolicy } from '../mock/server.mjs';
import { tabTo } from './keyboard.mjs';
import { assertFitsWidth, launch, openPage, pictures, startMock, violations, widths } from './support.mjs';

let browser;
let house;

before(async () => {
  browser = await launch();
  house = await startMock({ messages: 10_000 });
});

after(async () => {
  await browser?.close();
  await house?.mock.close();
  console.log(`pictures: ${pictures}`);
});

/** Both schemes and both ends of the widths; axe takes seconds for each room. */
const withAxe = new Set(['small light', 'desktop dark']);

const idOf = (words) => [...house.mock.house.conversations.values()].find((one) => one.title.includes(words)).id;

const rooms = {
  home: { hash: '#/home', ready: '.canvas canvas' },
  chat: { hash: '#/chat', ready: '.idea' },
  thread: { hash: () => `#/chat/${idOf('Sourdough')}`, ready: '.markdown table' },
  code: { hash: () => `#/chat/${idOf('script')}`, ready: '.code' },
  models: { hash: '#/models', ready: '.fit' },
  keys: { hash: '#/keys', ready: '.table' },
  logs: { hash: '#/logs', ready: '.log-line' },
  settings: { hash: '#/settings', ready: '.setting' },
  setup: { hash: '#/setup', ready: '.steps' },
};
const address = (hash) => house.url + (typeof hash === 'function' ? hash() : hash);

for (const [size, width] of Object.entries(widths)) {
  for (const colorScheme of ['light', 'dark']) {
    test(`every room at ${width} pixels in ${colorScheme} colours`, async () => {
      const { page, problems, close } = await openPage(browser, house.url, { viewport: { width, height: 800 }, colorScheme });
      for (const [name, { hash, ready }] of Object.entries(rooms)) {
        await page.goto(address(hash));
        await page.waitForSelector(ready);
        await page.screenshot({ path: join(pictures, `${name}-${size}-${colorScheme}.png`) });
        await assertFitsWidth(page, name);
        if (withAxe.has(`${size} ${colorScheme}`)) assert.deepEqual(await violations(page), [], `${name} at ${width} in ${colorScheme}`);
      }
      assert.deepEqual(problems, []);
      await close();
    });
  }
}

test('the page is served under the home’s own policy, which allows one script and one style in it, by their bytes', async () => {
  const policy = realPolicy(house.mock.folder);
  assert.doesNotMatch(policy, /unsafe/);
  const response = await fetch(house.url);
  assert.equal(response.headers.get('content-security-policy'), policy);
  const text = await response.text();
  assert.equal(text.match(/<style/g).length, 1);
  assert.equal(text.match(/<script/g).length, 1);
  assert.doesNotMatch(text, /<[^>]*\s(style|on\w+)=/);
});

test('set-up, chat and a pull go by keyboard alone', async () => {
  const { mock, url } = await startMock({ fresh: true });
  const { page, problems, close } = await openPage(browser, url);
  const press = (key) => page.keyboard.press(key);
  await tabTo(page, '.banner .button');
  await press('Enter');
  await page.waitForSelector('.steps');
  await tabTo(page, 'input[type=text]');
  await page.keyboard.type('Keyboard House');
  await press('Enter');
  await page.waitForSelector('text=How fast is this machine?');
  assert.equal(mock.house.setup.step, 'measure');

  // Left and come back to: the house remembers the step.
  await page.reload();
  await page.waitForSelector('text=How fast is this machine?');
  await tabTo(page, '.button.main');
  await press('Enter');
  await page.waitForSelector('.result');
  await page.screenshot({ path: join(pictures, 'setup-measured.png') });
  assert.deepEqual(await violations(page), []);
  await tabTo(page, '.button.main');
  await press('Enter');
  await page.waitForSelector('input[type=number]');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'What may it use?');
  await page.screenshot({ path: join(pictures, 'setup-limits.png') });
  await tabTo(page, 'button[type=submit]');
  await press('Enter');
  await page.waitForSelector('text=Say hello');
  await tabTo(page, '.button.main');
  await press('Enter');

  await page.waitForSelector('#question');
  assert.equal(mock.house.setup.done, true);
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1');
  await tabTo(page, '#question');
  await page.keyboard.type('Hello by keyboard');
  await press('Enter');
  await page.waitForSelector('.message.assistant .code');
  await page.waitForSelector('.message.assistant .tools >> text=tokens/s');
  await page.waitForFunction(() => /The answer: You wrote/.test(document.querySelector('.visually-hidden[aria-live]').textContent));

  await tabTo(page, 'nav.rooms a[href="#/models"]', 200);
  await press('Enter');
  await page.waitForSelector('.fit');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Models');
  await tabTo(page, '.fit .button', 80);
  await press('Enter');
  await page.waitForSelector('.download');
  await tabTo(page, '.download .button', 120);
  await press('Enter');
  await page.waitForSelector('.download >> text=Paused');
  const paused = [...mock.house.pulls.values()][0].completed;
  await page.screenshot({ path: join(pictures, 'models-paused.png') });
  await page.waitForTimeout(1200);
  assert.equal([...mock.house.pulls.values()][0].completed, paused);
  await tabTo(page, '.download .button', 120);
  await press('Enter');
  await page.waitForFunction(() => document.querySelector('.download') === null);
  await page.waitForSelector('.table >> text=llama3.2:1b');
  assert.deepEqual(problems, []);
  await close();
  await mock.close();
});

test('an answer can be stopped, edited and tried again, and a broken one says what happened', async () => {
  const { mock, url } = await startMock({ wordMs: 500 });
  const { page, close } = await openPage(browser, `${url}#/chat`);
  await page.fill('#question', 'Tell me much');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.message.assistant .markdown p');
  await page.click('.composer .button');
  await page.waitForSelector('text=Stopped.');
  await page.click('.message.assistant >> text=Try again');
  await page.waitForSelector('.composer .button:has-text("Stop")');
  await page.keyboard.press('Tab');
  await page.click('.composer .button');
  await page.click('.message.user >> text=Edit');
  await page.waitForSelector('dialog[open]');
  assert.deepEqual(await violations(page), []);
  await page.screenshot({ path: join(pictures, 'edit.png') });
  await page.fill('#edited', 'please fail');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('.trouble >> text=The engine died');
  await page.screenshot({ path: join(pictures, 'failed.png') });
  const [conversation] = [...mock.house.conversations.values()].filter((one) => one.title === 'Tell me much');
  assert.deepEqual(conversation.list.map(({ content, state }) => [content, state]), [['please fail', 'done'], ['It began well, ', 'failed']]);
  await close();
  await mock.close();
});

test('a key is shown once, and Escape does not lose it', async () => {
  const { page, close } = await openPage(browser, `${house.url}#/keys`);
  await page.fill('input[placeholder]', 'hall panel');
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog[open] >> text=ls-');
  await page.keyboard.press('Escape');
  assert.ok(await page.isVisible('dialog[open]'));
  assert.deepEqual(await violations(page), []);
  await page.screenshot({ path: join(pictures, 'secret.png') });
  await page.click('dialog >> .copyable >> nth=0 >> text=Copy');
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^ls-/);
  await page.click('text=I have copied it');
  await page.waitForSelector('th >> text=hall panel');
  await close();
});

test('a setting out of range is told, a right one is saved, and its restart is named', async () => {
  const { page, close } = await openPage(browser, `${house.url}#/settings?find=api.port`);
  await page.waitForSelector('.setting');
  await page.fill('.setting input', '99999');
  await page.waitForSelector('.setting .error');
  assert.ok(await page.isDisabled('.save-bar .button.main'));
  await page.screenshot({ path: join(pictures, 'settings-wrong.png') });
  await page.fill('.setting input', '7412');
  await page.click('.save-bar .button.main');
  await page.waitForSelector('text=counts after a restart');
  assert.deepEqual(await violations(page), []);
  await close();
});

test('the link of the command line signs in once; then the password does', async () => {
  const { mock, url } = await startMock({ signIn: true });
  const { page, close } = await openPage(browser, url);
  await page.waitForSelector('text=Sign in to this home');
  await page.screenshot({ path: join(pictures, 'sign-in.png') });
  assert.deepEqual(await violations(page), []);
  await page.goto(`${url}#/sign-in?token=${mock.house.token}`);
  await page.waitForSelector('nav.rooms');
  assert.doesNotMatch(page.url(), /token/);
  await page.goto(`${url}#/settings`);
  await page.fill('input[type=password]', 'ten letters');
  await page.click('text=Set the password');
  await page.waitForSelector('text=The password is set.');
  await page.click('.sign-out >> text=Sign out');
  await page.waitForSelector('text=Sign in to this home');
  assert.ok(await page.isChecked('.segments input >> nth=0'), 'the password is offered first');
  await page.fill('input[type=password]', 'wrong');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.trouble');
  await page.fill('input[type=password]', 'ten letters');
  await page.keyboard.press('Enter');
  await page.waitForSelector('nav.rooms');
  await close();
  await mock.close();
});

test('the page stays alive through a restart of the house', async () => {
  const first = await startMock();
  const port = Number(new URL(first.url).port);
  const { page, close } = await openPage(browser, first.url);
  await page.waitForSelector('.hero >> text=Ready');
  await first.mock.close();
  await page.waitForSelector('.banner.bad');
  await page.screenshot({ path: join(pictures, 'offline.png') });
  const second = await startMock({}, port);
  second.mock.house.models.pop();
  await page.waitForSelector('.notice >> text=The home is back.');
  assert.equal(await page.locator('.banner.bad').count(), 0);
  assert.match(await page.textContent('.hero'), /Ready/);
  await close();
  await second.mock.close();
});

test('two tabs agree on conversations and downloads', async () => {
  const { mock, url } = await startMock();
  const one = await openPage(browser, `${url}#/chat`);
  const two = await openPage(browser, `${url}#/chat`);
  await one.page.fill('#question', 'Said in the first tab');
  await one.page.keyboard.press('Enter');
  await one.page.waitForSelector('.message.assistant .tools >> text=tokens/s');
  await two.page.click('.conversations >> text=Said in the first tab');
  await two.page.waitForSelector('.message.assistant .code');
  await two.page.fill('#question', 'And in the second');
  await two.page.keyboard.press('Enter');
  await one.page.waitForSelector('.bubble >> text=And in the second');
  await one.page.goto(`${url}#/models`);
  await two.page.goto(`${url}#/models`);
  await one.page.click('.fit .button >> nth=0');
  await two.page.waitForSelector('.download >> text=llama3.2:1b');
  await two.page.click('.download >> text=Pause');
  await one.page.waitForSelector('.download >> text=Paused');
  await one.close();
  await two.close();
  await mock.close();
});

test('ten thousand messages stay smooth: few elements, short frames, the end in view', async () => {
  const { page, close } = await openPage(browser, `${house.url}#/chat/${idOf('A long one')}`);
  await page.waitForSelector('.message[aria-posinset="10000"]');
  assert.equal(await page.getAttribute('.message >> nth=0', 'aria-setsize'), '10000');
  const elements = await page.locator('.message').count();
  assert.ok(elements < 60, `${elements} messages are in the page`);
  for (const share of [0.5, 0, 0.9, 1]) {
    await page.$eval('.windowed', (box, at) => { box.scrollTop = (box.scrollHeight - box.clientHeight) * at; }, share);
    await page.waitForFunction(() => document.querySelectorAll('.message.waiting').length === 0 && document.querySelectorAll('.message').length > 3);
  }
  await page.waitForSelector('.message[aria-posinset="10000"]');
  // A steady scroll: how long the page's own work takes for each step, whatever the machine is doing besides.
  const worst = await page.$eval('.windowed', async (box) => {
    let longest = 0;
    for (let i = 0; i < 40; i += 1) {
      const began = performance.now();
      box.scrollTop -= 300;
      box.dispatchEvent(new Event('scroll'));
      longest = Math.max(longest, performance.now() - began);
      await new Promise((done) => { requestAnimationFrame(() => done()); });
    }
    return longest;
  });
  console.log(`longest step of the scroll: ${worst.toFixed(1)} ms`);
  await close();
});

test('a house that lacks the new endpoints still has its home, models and doors', async () => {
  const { mock, url } = await startMock();
  const today = new Set(['status', 'models', 'ps', 'events', 'load', 'stop', 'copy', 'pull']);
  const answer = mock.answer.bind(mock);
  mock.answer = (request, response) => {
    const what = request.url.match(/^\/localscale\/v1\/(\w+)/)?.[1];
    if (what === undefined || today.has(what)) return answer(request, response);
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ schema: 1, error: { code: 'not_found', message: `There is no GET /localscale/v1/${what} here.` } }));
    return Promise.resolve();
  };
  const { page, close } = await openPage(browser, url);
  await page.waitForSelector('.hero >> text=Ready');
  for (const [hash, text] of [['#/models', 'llama3.2:3b'], ['#/keys', 'This home does not offer that'], ['#/logs', 'This home does not offer that'], ['#/chat', 'What is on your mind?']]) {
    await page.goto(url + hash);
    await page.waitForSelector(`text=${text}`);
    await page.screenshot({ path: join(pictures, `today-${hash.slice(2)}.png`) });
  }
  await close();
  await mock.close();
});

test('the sizes of the build are under the bar', () => {
  const sizes = JSON.parse(readFileSync(new URL('../../../build/dashboard/sizes.json', import.meta.url), 'utf8'));
  assert.ok(sizes.first_load_gzip_bytes <= 80 * 1024);
});
