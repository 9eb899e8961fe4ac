// What concerns every room: the line is down, the page is old, the set-up is unfinished.
import { go } from '../router.ts';
import { link, otherVersion, retryNow } from '../state/live.ts';
import { setup } from '../state/setup.ts';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { t } from '../text/text.ts';

export function Banners() {
  return (
    <>
      {link.value === 'offline' ? (
        <div class="banner bad" role="alert">
          <Icon name="offline" /><p>{t('link.offlineLong')}</p><Button small onPress={retryNow}>{t('link.retry')}</Button>
        </div>
      ) : null}
      {otherVersion.value !== null ? (
        <div class="banner" role="status">
          <p>{t('app.newVersion', { version: otherVersion.value })}</p><Button small onPress={() => location.reload()}>{t('app.reload')}</Button>
        </div>
      ) : null}
      {setup.value && !setup.value.done ? (
        <div class="banner">
          <p>{t('setup.resume')}</p><Button small kind="main" onPress={() => go('setup')}>{t('setup.resumeDo')}</Button>
        </div>
      ) : null}
    </>
  );
}
