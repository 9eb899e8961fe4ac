import { hashOf } from '../router.ts';
import { status } from '../state/live.ts';
import { access, leave } from '../state/session.ts';
import { attempt } from '../state/notices.ts';
import { Button } from '../parts/button.tsx';
import { StateBadge } from './state_badge.tsx';
import { t } from '../text/text.ts';

export const homeName = (): string => status.value?.home_name || t('home.unnamed');

export function TopBar() {
  return (
    <header class="top">
      <a class="brand" href={hashOf('home')}>
        <svg class="mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M3 12 12 4l9 8M6.5 10v9.5h11V10" /><circle cx="12" cy="14" r="2.2" /></svg>
        <span>{homeName()}</span>
      </a>
      <div role="status" aria-live="polite"><StateBadge /></div>
      {access.value.phase === 'in' ? <div class="sign-out"><Button kind="quiet" small onPress={() => attempt(leave)}>{t('app.signOut')}</Button></div> : null}
    </header>
  );
}
