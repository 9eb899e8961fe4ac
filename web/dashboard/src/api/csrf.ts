const csrfName = 'localscale-csrf';

/** The session's second half, which only pages of this very origin (with its port) can read; cookies are shared by all ports. */
export const csrf = {
  get: (): string | null => globalThis.localStorage?.getItem(csrfName) ?? null,
  set: (value: string): void => globalThis.localStorage?.setItem(csrfName, value),
  clear: (): void => globalThis.localStorage?.removeItem(csrfName),
};
