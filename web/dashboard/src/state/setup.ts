// The guided set-up. Its state is in the house, so that it goes on in any browser.
import { signal } from '@preact/signals';
import { changeSetup, getSetup, measure, type MeasureLine } from '../api/home.ts';
import type { Measurement, Setup, SetupStep } from '../api/types.ts';
import { onHomeEvent } from './live.ts';

export const steps: readonly SetupStep[] = ['name', 'measure', 'limits', 'chat'];

/** Null: not known, or a home without a set-up. */
export const setup = signal<Setup | null>(null);

export async function askSetup(): Promise<void> {
  try {
    setup.value = await getSetup();
  } catch {
    setup.value = null; // a home without it is a finished one
  }
}

export async function change(wish: { step?: SetupStep; home_name?: string; done?: boolean }): Promise<void> {
  setup.value = await changeSetup(wish);
}

export const stepAfter = (step: SetupStep): SetupStep => steps[Math.min(steps.indexOf(step) + 1, steps.length - 1)] ?? step;
export const stepBefore = (step: SetupStep): SetupStep => steps[Math.max(steps.indexOf(step) - 1, 0)] ?? step;

/** Measures this machine; tells how far it is. */
export async function measureNow(onLine: (line: MeasureLine) => void, signal: AbortSignal): Promise<Measurement | null> {
  let result: Measurement | null = null;
  for await (const line of measure(signal)) {
    onLine(line);
    result = line.measurement ?? result;
  }
  const now = setup.peek();
  if (now && result) setup.value = { ...now, measurement: result };
  return result;
}

onHomeEvent('setup', () => void askSetup());
