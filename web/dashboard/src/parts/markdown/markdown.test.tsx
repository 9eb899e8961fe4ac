import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderToString } from 'preact-render-to-string';
import { Markdown } from './markdown.tsx';
import { safeAddress } from './links.ts';

const html = (text: string): string => renderToString(<Markdown text={text} />);

test('writing becomes elements', () => {
  assert.match(html('# Title\n\nSome *words* and **more** `code`.'), /<h3>Title<\/h3><p>Some <em>words<\/em> and <strong>more<\/strong> <code>code<\/code>\.<\/p>/);
  assert.match(html('3. three\n4. four'), /<ol start="3"><li[^>]*>three<\/li>/);
  assert.match(html('- [x] done\n- [ ] open'), /<input type="checkbox" checked disabled/);
  assert.match(html('| a | b |\n| --- | ---: |\n| 1 | 2 |'), /<th scope="col" class="number">b<\/th>/);
});

test('code keeps its text, names its language and can be copied', () => {
  const out = html('```js onclick=x\nif (a < b && c) {}\n```');
  assert.match(out, /<span>js<\/span>/);
  assert.match(out, /if \(a &lt; b &amp;&amp; c\) \{\}/);
  assert.match(out, /aria-label="Copy code"/);
});

test('a code block that is still being written is one already', () => {
  assert.match(html('Look:\n\n```python\nprint(1'), /<figure class="code">.*print\(1/s);
});

const hostile = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<a href="javascript:alert(1)">x</a>',
  '<svg/onload=alert(1)>',
  '<iframe srcdoc="<script>alert(1)</script>">',
  '<style>*{display:none}</style>',
  '<math><mi xlink:href="data:x,<script>alert(1)</script>">',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](java\tscript:alert(1))',
  '[x](&#106;avascript:alert(1))',
  '[x](data:text/html;base64,PHNjcmlwdD4=)',
  '[x](vbscript:msgbox(1))',
  '[x](<javascript:alert(1)>)',
  '[x][y]\n\n[y]: javascript:alert(1)',
  '<javascript:alert(1)>',
  '![x](javascript:alert(1))',
  '![x](https://spy.example/?who=you)',
  '[x](https://ok.example "\\" onmouseover=alert(1) x=\\"")',
  '[![x](x)](javascript:alert(1))',
  '```"><script>alert(1)</script>\nx\n```',
  '| <img src=x onerror=alert(1)> |\n| --- |\n| <b onclick=alert(1)>x</b> |',
  'a <!-- --> <![CDATA[ <script>alert(1)</script> ]]> <?php ?>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '\u0000<script>alert(1)</script>\u2028',
];

test('nothing hostile becomes more than text', () => {
  const allowedTags = /^(div|p|h[3-6]|strong|em|del|code|pre|br|a|span|ul|ol|li|input|table|thead|tbody|tr|th|td|blockquote|hr|figure|figcaption|button)$/;
  for (const text of hostile) {
    const out = html(text);
    for (const [, tag] of out.matchAll(/<([a-z][\w-]*)/gi)) assert.match(tag ?? '', allowedTags, `${text} → ${out}`);
    for (const [, name] of out.matchAll(/<[^>]*?\s(on\w+|srcdoc|style|src)\s*=/gi)) assert.fail(`${name} in ${out}`);
    for (const [, address] of out.matchAll(/href="([^"]*)"/g)) assert.match(address ?? '', /^(https?|mailto):/, `${text} → ${out}`);
  }
});

test('pictures are not fetched', () => {
  assert.doesNotMatch(html('![cat](https://spy.example/cat.png)'), /<img/);
});

test('links open elsewhere and tell nothing about this page', () => {
  assert.match(html('[x](https://ok.example/)'), /<a href="https:\/\/ok\.example\/" target="_blank" rel="noopener noreferrer">x<\/a>/);
  assert.match(html('https://ok.example/a_b_c'), /href="https:\/\/ok\.example\/a_b_c"/);
});

test('addresses are looked at as a browser reads them', () => {
  assert.equal(safeAddress('java\nscript:alert(1)'), null);
  assert.equal(safeAddress('\u0001javascript:alert(1)'), null);
  assert.equal(safeAddress('/localscale/v1/models'), null);
  assert.equal(safeAddress('//spy.example'), null);
  assert.equal(safeAddress('file:///etc/passwd'), null);
  assert.equal(safeAddress('mailto:a@b.example'), 'mailto:a@b.example');
});

test('absurd nesting ends', () => {
  const out = html(`${'> '.repeat(3000)}deep`);
  assert.ok(out.length < 200_000);
  assert.ok(html(`${'*'.repeat(5000)}a${'*'.repeat(5000)}`).length > 0);
  assert.ok(html(`${'['.repeat(2000)}a${']'.repeat(2000)}`).length > 0);
});
