import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { revokeKey } from '../../api/home.ts';
import type { DeviceKey, NewKey } from '../../api/types.ts';
import { hashOf } from '../../router.ts';
import { keys } from '../../state/keys.ts';
import { status } from '../../state/live.ts';
import { attempt, tell } from '../../state/notices.ts';
import { since } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { Button } from '../../parts/button.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { Empty, Loaded } from '../../parts/trouble.tsx';
import { Table } from '../../parts/table.tsx';
import { RoomHead } from '../../shell/room_head.tsx';
import { AddDevice } from './add_device.tsx';
import { SecretOnce } from './secret_once.tsx';

const moment = (unix: number): string => (unix === 0 ? t('time.never') : since(new Date(unix * 1000)));

function Door() {
  const door = status.value?.doors.find((one) => one.name === 'lan');
  if (!door) return null;
  if (door.open) return <p class="muted">{t('keys.doorOpen', { url: door.url })}</p>;
  return <p class="note">{t('keys.doorClosed')} <a href={hashOf('settings', [], { find: 'lan.enabled' })}>{t('keys.openDoor')}</a></p>;
}

function Devices({ all }: { all: readonly DeviceKey[] }) {
  const revoking = useSignal<DeviceKey | null>(null);
  const revoke = (key: DeviceKey): Promise<unknown> => attempt(async () => {
    await revokeKey(key.id);
    await keys.load();
    tell(t('keys.revoked', { name: key.name }));
  });
  if (all.length === 0) return <Empty><p>{t('keys.none')}</p></Empty>;
  return (
    <>
      <Table
        caption={t('room.keys')} rows={all} keyOf={(key) => key.id}
        columns={[
          { title: t('keys.colDevice'), head: true, cell: (key) => <><span class="strong">{key.name}</span>{key.may_sign_in ? <p class="muted small">{t('keys.opensPage')}</p> : null}</> },
          { title: t('keys.colUsed'), cell: (key) => moment(key.last_used_at_unix) },
          { title: t('keys.colMade'), cell: (key) => moment(key.created_at_unix) },
          { title: t('keys.colLimits'), cell: (key) => t('keys.limits', { rate: key.requests_per_minute, concurrent: key.max_concurrent }) },
          { title: t('models.colActions'), actions: true, cell: (key) => <div class="row end"><Button small kind="quiet" label={`${t('keys.revoke')}: ${key.name}`} onPress={() => { revoking.value = key; }}>{t('keys.revoke')}</Button></div> },
        ]}
      />
      {revoking.value ? (
        <Confirm
          title={t('keys.revokeTitle')} text={t('keys.revokeText', { name: revoking.value.name })} action={t('keys.revoke')}
          onYes={() => revoke(revoking.peek() as DeviceKey)} onClose={() => { revoking.value = null; }}
        />
      ) : null}
    </>
  );
}

export default function KeysRoom() {
  const made = useSignal<NewKey | null>(null);
  useEffect(() => void keys.load(), []);
  const take = (key: NewKey): void => {
    made.value = key;
    void keys.load();
  };
  return (
    <>
      <RoomHead title={t('room.keys')}><p class="muted">{t('keys.intro')}</p><Door /></RoomHead>
      <div class="stack">
        <section class="card" aria-label={t('room.keys')}><Loaded from={keys}>{(all) => <Devices all={all} />}</Loaded></section>
        <AddDevice onMade={take} />
      </div>
      {made.value ? <SecretOnce made={made.value} onClose={() => { made.value = null; }} /> : null}
    </>
  );
}
