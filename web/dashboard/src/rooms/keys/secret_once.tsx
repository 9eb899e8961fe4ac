import type { NewKey } from '../../api/types.ts';
import { t } from '../../text/text.ts';
import { Button } from '../../parts/button.tsx';
import { CopyButton } from '../../parts/copy_button.tsx';
import { Dialog } from '../../parts/dialog.tsx';

function Copyable({ label, text }: { label: string; text: string }) {
  return <div class="copyable"><code>{text}</code><CopyButton text={text} label={`${t('do.copy')}: ${label}`} /></div>;
}

/** The key that the home itself cannot show again. Escape does not close it: a slip would lose the key. */
export function SecretOnce({ made, onClose }: { made: NewKey; onClose: () => void }) {
  return (
    <Dialog title={t('keys.onceTitle', { name: made.key.name })} onClose={onClose} stays>
      <p>{t('keys.onceText')}</p>
      <h3>{t('keys.secret')}</h3>
      <Copyable label={t('keys.secret')} text={made.secret} />
      <h3>{t('keys.addresses')}</h3>
      {made.lan.urls.map((url) => <Copyable key={url} label={url} text={url} />)}
      <h3>{t('keys.ca')}</h3>
      <p class="muted small">{t('keys.caText')}</p>
      <Copyable label={t('keys.ca')} text={made.lan.ca_file} />
      <Copyable label="SHA-256" text={made.lan.ca_sha256} />
      <div class="row end"><Button kind="main" onPress={onClose}>{t('keys.done')}</Button></div>
    </Dialog>
  );
}
