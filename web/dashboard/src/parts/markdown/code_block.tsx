import { CopyButton } from '../copy_button.tsx';
import { t } from '../../text/text.ts';

/** Code with its language and a button that copies it. It can be scrolled with the keyboard, too. */
export function CodeBlock({ code, language }: { code: string; language: string }) {
  return (
    <figure class="code">
      <figcaption><span>{language || t('chat.code')}</span><CopyButton text={code} label={t('chat.copyCode')} /></figcaption>
      <pre tabIndex={0} aria-label={language || t('chat.code')}><code>{code}</code></pre>
    </figure>
  );
}
