import { useEffect, useRef } from 'preact/hooks';
import type { Setup, SetupStep } from '../../api/types.ts';

export interface StepProps { now: Setup; save: (wish: { step?: SetupStep; home_name?: string; done?: boolean }) => Promise<boolean> }

let shown = 0;

/** A step's title: takes the focus when the step before is done. */
export function StepTitle({ text }: { text: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    shown += 1;
    if (shown > 1) heading.current?.focus();
  }, []);
  return <h2 tabIndex={-1} ref={heading}>{text}</h2>;
}
