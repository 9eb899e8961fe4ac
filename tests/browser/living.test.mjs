// What living with a real home is like, in Chromium: set up, chatted with and filled with a model by keyboard alone; through a restart; in two
// tabs; with a long history. The engine is the stub, as what it answers does not matter here.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tabTo } from '../../web/dashboard/browser/keyboard.mjs';
import { ask } from '../support/admin.mjs';
import { startHome } from '../support/home.mjs';
import { modelFile } from '../support/model_file.mjs';
import { Blob, Registry } from '../support/registry.mjs';
import { launchChromium, openTab, signedInState } from './chromium.mjs';

const MiB = 1 << 20;
const pictures = fileURLToPath(new URL('../../build/test-results/screenshots/', import.meta.url));
let home;
let browser;
let registry;
const blobs = {};

/** The next download of it stands still in the middle, so that it is there to be paused. */
function holdUp(name) {
  blobs[name].options.stall = { after: MiB, times: 1 };
}

before(async () => {
  mkdirSync(pictures, { recursive: true });
  registry = await Registry.start();
  Object.assign(blobs, { walk: new Blob(modelFile(4 * MiB, 1)), tabs: new Blob(modelFile(4 * MiB, 2)) });
  for (const name of ['walk', 'tabs']) registry.addOllama(`library/${name}:1b`, [{ type: 'model', blob: blobs[name] }]);
  home = await startHome({ engine: 'stub', config: { fetcher: { registries: [{ name: 'registry.ollama.ai', protocol: 'ollama', url: registry.url, address: '127.0.0.1' }] } } });
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await home?.stop();
  await registry?.stop();
});

const newContext = async () => browser.newContext({ viewport: { width: 1280, height: 800 }, storageState: signedInState(home.url, await home.signIn()) });

async function say(page, text) {
  await page.fill('#question', text);
  await page.keyboard.press('Enter');
}
const answered = (page, count = 1) => page.waitForFunction((many) => [...document.querySelectorAll('.message.assistant .tools')].filter((tools) => /tokens\/s/.test(tools.textContent)).length >= many, count);

test('set-up, chat and a pull go by keyboard alone', async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const { page, problems } = await openTab(context, home.run('open', '--print').stdout.trim());
  const press = async (selector, max) => {
    await tabTo(page, selector, max);
    await page.keyboard.press('Enter');
  };
  const focused = () => page.evaluate(() => document.activeElement.textContent);
  // A home that nobody has set up begins with that.
  await page.waitForSelector('.steps');
  await tabTo(page, 'input[type=text]');
  await page.keyboard.type('Keyboard House');
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=How fast is this machine?');

  // Left and come back to: the house remembers the step.
  await page.reload();
  await page.waitForSelector('text=How fast is this machine?');
  await press('.button.main');
  await page.waitForSelector('.result');
  await page.screenshot({ path: `${pictures}walk-measured.png` });
  await press('.button.main');
  await page.waitForSelector('input[type=number]');
  assert.equal(await focused(), 'What may it use?');
  await press('button[type=submit]');
  await page.waitForSelector('text=Say hello');
  await press('.button.main');

  await page.waitForSelector('#question');
  assert.equal((await ask(home, 'setup')).body.done, true);
  await tabTo(page, '#question');
  await page.keyboard.type('Hello by keyboard');
  await page.keyboard.press('Enter');
  await answered(page);
  await page.waitForFunction(() => /^The answer: /.test(document.querySelector('.visually-hidden[aria-live]').textContent));

  await press('nav.rooms a[href="#/models"]', 200);
  await page.waitForSelector('main.room-models h1');
  assert.equal(await focused(), 'Models');
  await tabTo(page, '[aria-labelledby=get-title] input', 80);
  await page.keyboard.type('walk:1b');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[aria-labelledby=get-title] .fit');
  await page.screenshot({ path: `${pictures}walk-fit.png` });
  holdUp('walk');
  await press('[aria-labelledby=get-title] .fit .button', 80);
  await page.waitForSelector('.download');
  await press('.download .button', 120);
  await page.waitForSelector('.download >> text=Paused');
  await page.screenshot({ path: `${pictures}walk-paused.png` });
  await press('.download .button', 120);
  await page.waitForFunction(() => document.querySelector('.download') === null);
  await page.waitForSelector('.table >> text=walk:1b');
  assert.deepEqual(problems, []);
  await context.close();
});

test('the page stays live through a restart of the house', async () => {
  const context = await newContext();
  const { page, problems } = await openTab(context, `${home.url}/#/chat`);
  await say(page, 'Before the restart');
  await answered(page);
  home.options.keep = true;
  await home.stop();
  await page.waitForSelector('.banner.bad');
  await page.screenshot({ path: `${pictures}restart-offline.png` });
  home.options.keep = false;
  await home.start();
  await page.waitForFunction(() => document.querySelector('.banner.bad') === null);
  // It was not loaded anew, hears what happens, and goes on where it was.
  await ask(home, 'setup', { method: 'PATCH', body: { home_name: 'Back again' } });
  await page.waitForSelector('.brand >> text=Back again');
  await say(page, 'After the restart');
  await answered(page, 2);
  assert.deepEqual(problems, []);
  await context.close();
});

test('two tabs agree on conversations, downloads, devices and the way out', async () => {
  const context = await newContext();
  const one = await openTab(context, `${home.url}/#/chat`);
  const two = await openTab(context, `${home.url}/#/chat`);
  await one.page.waitForSelector('#question');
  await two.page.waitForSelector('.conversations li');
  const lists = [];
  two.page.on('request', (request) => { if (/\/conversations$/.test(request.url())) lists.push(request.method()); });
  await say(one.page, 'Said in the first tab');
  await two.page.click('.conversations >> text=Said in the first tab');
  await answered(two.page);
  await say(two.page, 'And in the second');
  await one.page.waitForSelector('.bubble >> text=And in the second');
  await answered(one.page, 2);
  assert.deepEqual(lists, [], 'the list was asked for again');

  await one.page.goto(`${home.url}/#/models`);
  await two.page.goto(`${home.url}/#/models`);
  await one.page.fill('[aria-labelledby=get-title] input', 'tabs:1b');
  await one.page.keyboard.press('Enter');
  await one.page.waitForSelector('[aria-labelledby=get-title] .fit');
  holdUp('tabs');
  await one.page.click('[aria-labelledby=get-title] .fit .button');
  await two.page.click('.download >> text=Pause');
  await one.page.waitForSelector('.download >> text=Paused');
  await one.page.click('.download >> text=Resume');
  await two.page.waitForSelector('.table >> text=tabs:1b');

  await two.page.goto(`${home.url}/#/keys`);
  await two.page.waitForSelector('main.room-keys h1');
  await one.page.goto(`${home.url}/#/keys`);
  await one.page.fill('main form input >> nth=0', 'hall panel');
  await one.page.click('main form button[type=submit]');
  await two.page.waitForSelector('th >> text=hall panel');
  assert.deepEqual([...one.problems, ...two.problems], []);
  await context.close();
});

test('ten thousand messages stay smooth: few are in the page, every part of them opens, and the talk goes on', async () => {
  const { body: { conversation: { id } } } = await ask(home, 'conversations', { method: 'POST', body: { title: 'A long one', model: 'seedling:latest' } });
  const headers = await home.signIn();
  for (let i = 1; i <= 10_000; i += 1) {
    const body = JSON.stringify({ role: i % 2 === 1 ? 'user' : 'assistant', content: `**Message ${i}**\n\n${'Words that fill some lines. '.repeat(i % 13)}`, state: 'done' });
    const { status } = await fetch(`${home.url}/localscale/v1/conversations/${id}/messages`, { method: 'POST', headers, body });
    assert.equal(status, 201);
  }
  const context = await newContext();
  const { page, problems } = await openTab(context, `${home.url}/#/chat/${id}`);
  await page.waitForSelector('.message[aria-posinset="10000"] >> text=Message 10000');
  assert.equal(await page.getAttribute('.message >> nth=0', 'aria-setsize'), '10000');
  // Scrolled once more while the page draws for the scrolling before: the second one counts.
  await page.$eval('.windowed', (box) => {
    box.scrollTop = box.scrollHeight / 2;
    box.dispatchEvent(new Event('scroll'));
    box.scrollTop = 0;
  });
  await page.waitForSelector('.message[aria-posinset="1"] >> text=Message 1');
  for (const share of [0.5, 0, 0.9, 1]) {
    await page.$eval('.windowed', (box, at) => { box.scrollTop = (box.scrollHeight - box.clientHeight) * at; }, share);
    await page.waitForFunction(() => {
      const shown = [...document.querySelectorAll('.message')];
      return shown.length > 3 && shown.every((message) => message.textContent.includes(`Message ${message.ariaPosInSet}`));
    });
    const elements = await page.locator('.message').count();
    assert.ok(elements < 60, `${elements} messages are in the page`);
  }
  await page.waitForSelector('.message[aria-posinset="10000"]');
  await say(page, 'And one more');
  await page.waitForSelector('.message[aria-posinset="10002"] >> text=tokens/s');
  assert.deepEqual(problems, []);
  await context.close();
});
