import { useId } from 'preact/hooks';
import type { ConfigKey, ConfigValue } from '../../api/types.ts';
import { changes, faultOf, refused, same, withChange } from '../../state/config.ts';
import { duration, size } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { Badge } from '../../parts/badge.tsx';
import { Button } from '../../parts/button.tsx';

function shown(key: ConfigKey, value: ConfigValue): string {
  if (typeof value === 'boolean') return t(value ? 'settings.yes' : 'settings.no');
  if (Array.isArray(value)) return value.length === 0 ? t('settings.empty') : value.join(', ');
  if (value === '') return t('settings.empty');
  if (key.unit === 'bytes' && typeof value === 'number' && value >= 1000) return `${value} (${size(value)})`;
  if (key.unit === 'seconds' && typeof value === 'number' && value >= 60) return `${value} (${duration(value)})`;
  return String(value);
}

function Input({ of, id, value, about, invalid, writable, onChange }: { of: ConfigKey; id: string; value: ConfigValue; about: string; invalid: boolean; writable: boolean; onChange: (value: ConfigValue) => void }) {
  const common = { id, 'aria-describedby': about, 'aria-invalid': invalid || undefined, disabled: !writable };
  switch (of.type) {
    case 'flag': return <input {...common} type="checkbox" role="switch" checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />;
    case 'choice':
      return <select {...common} value={String(value)} onChange={(event) => onChange(event.currentTarget.value)}>{(of.choices ?? []).map((choice) => <option key={choice} value={choice}>{choice}</option>)}</select>;
    case 'list':
      return <textarea {...common} rows={Math.max(2, (value as string[]).length + 1)} spellcheck={false} value={(value as string[]).join('\n')} onChange={(event) => onChange(event.currentTarget.value.split('\n').map((line) => line.trim()).filter((line) => line !== ''))} />;
    case 'whole':
      return <input {...common} type="number" min={of.min} max={of.max} value={Number(value)} onInput={(event) => onChange(event.currentTarget.valueAsNumber)} />;
    case 'text': return <input {...common} type="text" spellcheck={false} value={String(value)} onInput={(event) => onChange(event.currentTarget.value)} />;
  }
}

/** One key: what it means, what it takes, its value and its default. */
export function KeyRow({ of, writable: fileIsWritable }: { of: ConfigKey; writable: boolean }) {
  const id = useId();
  const writable = fileIsWritable && of.command_line_only !== true;
  const value = changes.value.get(of.path) ?? of.value;
  const fault = refused.value[of.path] ?? faultOf(of, value);
  const change = (next: ConfigValue): void => {
    changes.value = withChange(changes.peek(), of, next);
    if (of.path in refused.peek()) refused.value = Object.fromEntries(Object.entries(refused.peek()).filter(([path]) => path !== of.path));
  };
  return (
    <div class={`setting${of.type === 'flag' ? ' flag' : ''}`}>
      <div class="setting-text">
        <label for={id}><code>{of.path}</code></label>
        <p id={`${id}-about`}>{of.comment}</p>
        <p class="muted small">{t('settings.default', { value: shown(of, of.default) })}{of.type === 'list' ? ` · ${t('settings.listHint')}` : ''}</p>
      </div>
      <div class="setting-value">
        <Input of={of} id={id} value={value} about={`${id}-about`} invalid={fault !== null} writable={writable} onChange={change} />
        {of.command_line_only === true ? <p class="muted small">{t('settings.commandLineOnly', { path: of.path })}</p> : null}
        {fault === null ? null : <p class="error" role="alert">{fault}</p>}
        <div class="row">
          {of.needs_restart && !same(of.value, of.running) ? <Badge tone="warn" icon="wait">{t('settings.waiting')}</Badge> : null}
          {writable && !same(value, of.default) ? <Button small kind="quiet" label={`${t('settings.reset')}: ${of.path}`} onPress={() => change(of.default)}>{t('settings.reset')}</Button> : null}
        </div>
      </div>
    </div>
  );
}
