import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { Config } from '../../api/types.ts';
import { place } from '../../router.ts';
import { awaitingRestart, config, matching } from '../../state/config.ts';
import { access } from '../../state/session.ts';
import { en } from '../../text/en.ts';
import { t } from '../../text/text.ts';
import { Button } from '../../parts/button.tsx';
import { Check, Field } from '../../parts/field.tsx';
import { Loaded } from '../../parts/trouble.tsx';
import { RoomHead } from '../../shell/room_head.tsx';
import { Appearance } from './appearance.tsx';
import { KeyRow } from './key_row.tsx';
import { PasswordForm } from './password_form.tsx';
import { SaveBar } from './save_bar.tsx';

/** A section of a newer home is called as in the file. */
function sectionTitle(name: string): string {
  const key = `settings.section.${name}`;
  return key in en ? t(key as 'settings.section.') : name;
}

function Jumps({ names }: { names: readonly string[] }) {
  const jump = (name: string): void => {
    const heading = document.getElementById(`section-${name}`);
    heading?.scrollIntoView({ block: 'start' });
    heading?.focus({ preventScroll: true });
  };
  return (
    <nav class="jumps" aria-label={t('settings.sections')}>
      {names.map((name) => <Button key={name} small onPress={() => jump(name)}>{sectionTitle(name)}</Button>)}
    </nav>
  );
}

function Sections({ of }: { of: Config }) {
  const words = useSignal(place.value.query['find'] ?? '');
  const changedOnly = useSignal(false);
  const sections = matching(of.sections, { words: words.value, changedOnly: changedOnly.value });
  const count = sections.reduce((sum, section) => sum + section.keys.length, 0);
  return (
    <>
      <p class="muted">{t('settings.intro', { file: of.file })}</p>
      {of.writable ? null : <p class="note">{t('settings.readOnly')}</p>}
      {awaitingRestart.value > 0 ? <p class="note" role="status">{t('settings.restart', { count: awaitingRestart.value })}</p> : null}
      <div class="row filter">
        <Field label={t('settings.search')} type="search" value={words.value} onInput={(value) => { words.value = value; }} />
        <Check label={t('settings.changedOnly')} checked={changedOnly.value} onChange={(on) => { changedOnly.value = on; }} />
      </div>
      <p class="muted small" role="status">{count === 0 ? t('settings.noneFound') : t('settings.found', { count })}</p>
      {sections.length > 1 ? <Jumps names={sections.map((section) => section.name)} /> : null}
      {sections.map((section) => (
        <section key={section.name} class="card" aria-labelledby={`section-${section.name}`}>
          <h2 id={`section-${section.name}`} tabIndex={-1}>{sectionTitle(section.name)}</h2>
          {section.comment ? <p class="muted">{section.comment}</p> : null}
          {section.keys.map((key) => <KeyRow key={key.path} of={key} writable={of.writable} />)}
        </section>
      ))}
      <SaveBar />
    </>
  );
}

export default function SettingsRoom() {
  useEffect(() => void config.load(), []);
  return (
    <>
      <RoomHead title={t('room.settings')} />
      <div class="stack">
        <Appearance />
        {access.value.phase === 'in' ? <PasswordForm /> : null}
        <Loaded from={config}>{(value) => <Sections of={value} />}</Loaded>
      </div>
    </>
  );
}
