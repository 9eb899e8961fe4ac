import { announcement, dismiss, notices } from '../state/notices.ts';
import { Icon } from '../parts/icon.tsx';
import { t } from '../text/text.ts';

export function Notices() {
  return (
    <>
      <div class="visually-hidden" aria-live="polite" aria-atomic="true">{announcement.value}</div>
      <div class="notices" role="status" aria-live="polite">
        {notices.value.map((notice) => (
          <div key={notice.id} class={`notice ${notice.tone}`}>
            <Icon name={notice.tone === 'good' ? 'good' : 'warn'} />
            <div><p>{notice.text}</p>{notice.next ? <p class="muted">{notice.next}</p> : null}</div>
            <button type="button" class="button quiet small" aria-label={t('do.dismiss')} onClick={() => dismiss(notice.id)}><Icon name="close" /></button>
          </div>
        ))}
      </div>
    </>
  );
}
