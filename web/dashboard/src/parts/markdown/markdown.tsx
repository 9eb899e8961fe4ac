// Markdown as elements. No text of a model is ever parsed as HTML: marked only cuts it into tokens, and tags that it holds are shown
// as the text that they are. So there is nothing to sanitise but addresses.
import { Lexer, type MarkedToken, type Token, type Tokens } from 'marked';
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { t } from '../../text/text.ts';
import { CodeBlock } from './code_block.tsx';
import { safeAddress } from './links.ts';

/** Deeper nesting is no writing but an attack on the stack. */
const depthMax = 24;

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", '#39': "'", nbsp: '\u00a0' };
const plain = (text: string): string => text.replace(/&(amp|lt|gt|quot|apos|#39|nbsp);/g, (whole, name: string) => entities[name] ?? whole);

function link({ href, tokens }: Tokens.Link, depth: number): ComponentChildren {
  const address = safeAddress(href);
  const inside = all(tokens, depth);
  if (address === null) return <span class="no-link">{inside} ({href})</span>;
  return <a href={address} target="_blank" rel="noopener noreferrer">{inside}</a>;
}

/** Pictures from elsewhere would tell their server who reads what: only their words are shown. */
function picture({ text, href }: Tokens.Image): ComponentChildren {
  const words = t('chat.picture', { text: text || href });
  const address = safeAddress(href);
  return address === null ? <span>[{words}]</span> : <a href={address} target="_blank" rel="noopener noreferrer">[{words}]</a>;
}

function table({ header, rows }: Tokens.Table, depth: number): ComponentChildren {
  const side = (align: Tokens.TableCell['align']): string => (align === 'right' ? 'number' : align === 'center' ? 'middle' : '');
  return (
    <div class="table-scroll" tabIndex={0}>
      <table>
        <thead><tr>{header.map((cell, i) => <th key={i} scope="col" class={side(cell.align)}>{all(cell.tokens, depth)}</th>)}</tr></thead>
        <tbody>{rows.map((row, i) => <tr key={i}>{row.map((cell, k) => <td key={k} class={side(cell.align)}>{all(cell.tokens, depth)}</td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}

function list({ ordered, start, items }: Tokens.List, depth: number): ComponentChildren {
  const inside = items.map((item, i) => (
    <li key={i} class={item.task ? 'task' : ''}>
      {item.task ? <input type="checkbox" checked={item.checked ?? false} disabled aria-label={item.checked ? '✓' : ''} /> : null}
      {all(item.tokens, depth)}
    </li>
  ));
  return ordered ? <ol start={start === '' ? 1 : start}>{inside}</ol> : <ul>{inside}</ul>;
}

/** Headings of an answer stand below those of the page: "# x" is an h3 there. */
function heading({ depth: level, tokens }: Tokens.Heading, depth: number): ComponentChildren {
  const Tag = `h${Math.min(6, level + 2)}` as 'h3';
  return <Tag>{all(tokens, depth)}</Tag>;
}

function one(given: Token, depth: number): ComponentChildren {
  const token = given as MarkedToken;
  switch (token.type) {
    case 'paragraph': return <p>{all(token.tokens, depth)}</p>;
    case 'text': return 'tokens' in token && token.tokens ? all(token.tokens, depth) : plain(token.text);
    case 'escape': return token.text;
    case 'strong': return <strong>{all(token.tokens, depth)}</strong>;
    case 'em': return <em>{all(token.tokens, depth)}</em>;
    case 'del': return <del>{all(token.tokens, depth)}</del>;
    case 'codespan': return <code>{token.text}</code>;
    case 'br': return <br />;
    case 'link': return link(token, depth);
    case 'image': return picture(token);
    case 'heading': return heading(token, depth);
    case 'code': return <CodeBlock code={token.text} language={(token.lang ?? '').split(/\s/)[0] ?? ''} />;
    case 'blockquote': return <blockquote>{all(token.tokens, depth)}</blockquote>;
    case 'list': return list(token, depth);
    case 'table': return table(token, depth);
    case 'hr': return <hr />;
    case 'space': case 'def': case 'checkbox': return null;
    default: return given.raw; // HTML, and whatever a later marked knows
  }
}

function all(tokens: readonly Token[], depth: number): ComponentChildren {
  if (depth >= depthMax) return tokens.map((token) => token.raw).join('');
  return tokens.map((token, i) => <Piece key={i} token={token} depth={depth + 1} />);
}

const Piece = ({ token, depth }: { token: Token; depth: number }) => <>{one(token, depth)}</>;

function elements(text: string): ComponentChildren {
  try {
    return all(new Lexer({ gfm: true }).lex(text), 0);
  } catch (thrown) {
    // Nested thousands deep, marked itself runs out of stack. The words are there all the same.
    if (thrown instanceof RangeError) return <p>{text}</p>;
    throw thrown;
  }
}

export function Markdown({ text }: { text: string }) {
  // The same elements for the same text: what is drawn above a growing answer is not looked at again.
  const inside = useMemo(() => elements(text), [text]);
  return <div class="markdown">{inside}</div>;
}
