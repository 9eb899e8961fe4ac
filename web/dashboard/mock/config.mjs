// The config's keys as docs/configuration.md has them, so that the mock offers what the home really knows.
import { readFileSync } from 'node:fs';

const documentation = new URL('../../../docs/configuration.md', import.meta.url);

/** What a page may not change. */
const commandLineOnly = ['state_directory', 'api.allowed_origins', 'api.allowed_hosts', 'engine.directory', 'models.directory', 'models.folders'];
/** Taken over by a running home. */
const live = ['api.allowed_origins', 'api.allowed_hosts', 'engine.keep_alive_seconds', 'models.default_model', 'log.level'];

const numberIn = (text) => Number(text.replace(/[^0-9]/g, ''));

function kindOf(allowed, fallback) {
  const range = allowed.match(/^a whole number from (\d+) to (\d+)$/);
  if (range) return { type: 'whole', min: numberIn(range[1]), max: numberIn(range[2]) };
  if (allowed === 'true or false') return { type: 'flag' };
  if (allowed.startsWith('one of ')) return { type: 'choice', choices: allowed.slice(7).split(', ') };
  return { type: Array.isArray(fallback) ? 'list' : 'text' };
}

function unitOf(name) {
  return ['bytes', 'seconds', 'ms', 'days'].find((unit) => name.endsWith(`_${unit}`) || name.includes(`_${unit}_`));
}

function valueOf(text) {
  return JSON.parse(text);
}

/** [{name, comment, keys}] in the order of the default file. */
export function configSections() {
  const toml = readFileSync(documentation, 'utf8').match(/```toml\n([\s\S]*?)```/)[1];
  const sections = [{ name: '', comment: '', keys: [] }];
  let comment = [];
  for (const line of toml.split('\n')) {
    if (line.startsWith('# More registries')) break;
    if (line === '') { comment = []; continue; }
    if (line.startsWith('#')) { comment.push(line.slice(2)); continue; }
    const header = line.match(/^\[(\w+)\]$/);
    if (header) {
      sections.push({ name: header[1], comment: comment.join(' '), keys: [] });
      comment = [];
      continue;
    }
    const [, name, value] = line.match(/^(\w+) = (.*)$/);
    const allowed = (comment.find((text) => text.startsWith('Takes ')) ?? '').replace(/^Takes (.*)\.$/, '$1');
    const section = sections.at(-1);
    const fallback = valueOf(value);
    const unit = unitOf(name);
    section.keys.push({
      path: section.name ? `${section.name}.${name}` : name, comment: comment.filter((text) => !text.startsWith('Takes ')).join(' '), allowed,
      default: fallback, value: fallback, running: fallback, needs_restart: !live.includes(section.name ? `${section.name}.${name}` : name), command_line_only: commandLineOnly.includes(section.name ? `${section.name}.${name}` : name), ...kindOf(allowed, fallback), ...(unit ? { unit } : {}),
    });
    comment = [];
  }
  return sections;
}

/** What is wrong with `value` for `key`, or null. */
export function fault(key, value) {
  if (key.command_line_only) return `This is changed by the command line only: localscale config set ${key.path} …`;
  const right = {
    whole: () => Number.isInteger(value) && value >= key.min && value <= key.max,
    flag: () => typeof value === 'boolean',
    choice: () => key.choices.includes(value),
    list: () => Array.isArray(value) && value.length <= 64 && value.every((item) => typeof item === 'string'),
    text: () => typeof value === 'string',
  }[key.type]();
  return right ? null : `Takes ${key.allowed}.`;
}
