// Who this page is to the house.
import { signal } from '@preact/signals';
import { getSession, signIn, signOut, type Proof } from '../api/home.ts';
import { csrf } from '../api/csrf.ts';
import { onSignedOut } from '../api/request.ts';
import { asProblem, type Problem } from '../api/problem.ts';
import type { Session } from '../api/types.ts';

/** `none`: a home without sessions; then everything that it offers is open to this machine. */
export type Access =
  | { phase: 'asking' }
  | { phase: 'in'; session: Session }
  | { phase: 'out'; session: Session | null }
  | { phase: 'none' }
  | { phase: 'unreachable'; problem: Problem };

export const access = signal<Access>({ phase: 'asking' });

export async function askSession(): Promise<void> {
  try {
    const session = await getSession();
    access.value = session.signed_in ? { phase: 'in', session } : { phase: 'out', session };
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (problem.kind === 'not_yet' || problem.kind === 'missing') access.value = { phase: 'none' };
    else if (problem.kind === 'signed_out' || problem.kind === 'denied') access.value = { phase: 'out', session: null };
    else access.value = { phase: 'unreachable', problem };
  }
}

export async function enter(proof: Proof): Promise<void> {
  access.value = { phase: 'in', session: await signIn(proof) };
}

export async function leave(): Promise<void> {
  await signOut();
  // How one may come back: with the password, if there is one.
  await askSession();
}

onSignedOut(() => {
  const now = access.peek();
  if (now.phase !== 'in') return;
  csrf.clear();
  access.value = { phase: 'out', session: { ...now.session, signed_in: false } };
});
