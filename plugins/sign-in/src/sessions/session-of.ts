import type { Actor } from '@sextant/sdk';

/** The id of the session by which an actor came in; undefined: by something else. */
export const sessionOf = ({ credential }: Actor): number | undefined =>
  credential?.startsWith('session:') ? Number(credential.slice('session:'.length)) : undefined;
