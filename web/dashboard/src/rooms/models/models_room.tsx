import { useEffect } from 'preact/hooks';
import { models, loaded, suggestions } from '../../state/models.ts';
import { loadPulls, onPulled } from '../../state/pulls.ts';
import { tell } from '../../state/notices.ts';
import { RoomHead } from '../../shell/room_head.tsx';
import { t } from '../../text/text.ts';
import { Downloads } from './downloads.tsx';
import { FitCheck } from './fit_check.tsx';
import { Installed } from './installed.tsx';
import { Suggestions } from './suggestions.tsx';

onPulled((name) => {
  tell(t('models.pulled', { name }));
  void suggestions.load();
});

export default function ModelsRoom() {
  useEffect(() => {
    void models.load();
    void loaded.load();
    void suggestions.load();
    void loadPulls();
  }, []);
  return (
    <>
      <RoomHead title={t('room.models')} />
      <div class="stack">
        <Downloads />
        <Installed />
        <FitCheck />
        <Suggestions />
      </div>
    </>
  );
}
