// What is shown where something is not there: an error with its way out, a wait, an emptiness with a next step.
import type { ComponentChildren } from 'preact';
import type { Problem } from '../api/problem.ts';
import type { Loadable, Resource } from '../state/resource.ts';
import { t } from '../text/text.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

export function Trouble({ problem, onRetry, title }: { problem: Problem; onRetry?: () => void | Promise<unknown>; title?: string }) {
  return (
    <div class="trouble" role="alert">
      <Icon name="warn" />
      <div>
        <p class="strong">{title ?? problem.what}</p>
        {title ? <p>{problem.what}</p> : null}
        <p class="muted">{problem.next}</p>
        {problem.details.requestId ? <p class="muted small">{t('problem.request', { id: problem.details.requestId })}</p> : null}
        {onRetry ? <Button small onPress={onRetry}>{t('do.again')}</Button> : null}
      </div>
    </div>
  );
}

export const Waiting = () => <p class="muted waiting" role="status">{t('app.loading')}</p>;

export function Empty({ children }: { children: ComponentChildren }) {
  return <div class="empty">{children}</div>;
}

/** Draws what a resource has; what it had stays in view while it is asked anew or fails. */
export function Loaded<T>({ from, children }: { from: Resource<T>; children: (value: T) => ComponentChildren }) {
  const state: Loadable<T> = from.state.value;
  return (
    <>
      {state.phase === 'failed' ? <Trouble problem={state.problem} onRetry={() => from.load()} /> : null}
      {state.value !== undefined ? children(state.value) : state.phase === 'waiting' ? <Waiting /> : null}
    </>
  );
}
