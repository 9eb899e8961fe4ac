// The built dashboard on the mock house, in Debian's Chromium.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { MockServer } from '../mock/server.mjs';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const built = process.env.DASHBOARD_FOLDER ?? fileURLToPath(new URL('../../../build/dashboard', import.meta.url));

/** A machine that has much else to do needs more. */
const patienceMs = Number(process.env.DASHBOARD_PATIENCE_MS ?? 30_000);

export const widths = { small: 320, tablet: 820, desktop: 1280 };
export const pictures = process.env.DASHBOARD_PICTURES ?? mkdtempSync(join(tmpdir(), 'dashboard-'));
mkdirSync(pictures, { recursive: true });

export function launch() {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

export async function startMock(options = {}, port = 0) {
  const mock = new MockServer({ folder: built, wordMs: 4, ...options });
  return { mock, url: await mock.listen(port) };
}

/** A page that keeps what its console complained about: a broken policy shows there, too. */
export async function openPage(browser, address, options = {}) {
  const context = await browser.newContext({ viewport: { width: widths.desktop, height: 900 }, permissions: ['clipboard-read', 'clipboard-write'], ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(patienceMs);
  const problems = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('request', (request) => !request.url().startsWith(new URL(address).origin) && !/^(data|blob):/.test(request.url()) && problems.push(`asked ${request.url()}`));
  await page.goto(address);
  await page.waitForSelector('main:not([aria-busy]) h1');
  return { page, problems, close: () => context.close() };
}

/** axe's findings, as one line each. Runs in an isolated way that the page's policy does not forbid: evaluated, not injected as a script. */
export async function violations(page) {
  await page.evaluate(axeSource);
  // The bar of a narrow screen covers what happens to be under it; what gets the focus is scrolled clear of it (scroll-padding).
  await page.evaluate(() => { const bar = document.querySelector('nav.rooms'); if (bar) bar.style.position = 'static'; });
  const { violations: found } = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  await page.evaluate(() => { const bar = document.querySelector('nav.rooms'); if (bar) bar.style.position = ''; });
  return found.map((one) => `${one.id}: ${one.nodes.map((node) => `${node.target.join(' ')} (${node.any[0]?.message ?? node.failureSummary ?? ''})`).join('; ')}`);
}

export async function assertFitsWidth(page, what) {
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(beyond <= 0, `${what} is ${beyond} pixels too wide`);
}
