import { percent } from '../text/format.ts';

/** `share` 0…1; null where nobody knows how far it is. */
export function ProgressBar({ share, label }: { share: number | null; label: string }) {
  if (share === null) return <progress class="progress" aria-label={label} />;
  return <progress class="progress" max={1} value={Math.min(1, Math.max(0, share))} aria-label={label}>{percent(share)}</progress>;
}
