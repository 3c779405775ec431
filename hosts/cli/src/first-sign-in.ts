import type { Running } from '@sextant/preset';

/** A line that says where people sign in, and how the first of them comes in; empty where nobody has to. */
export const firstSignIn = ({ url, localMode, active }: Running): string =>
  localMode || !active.has('sign-in')
    ? ''
    : `People sign in at ${url}/sign-in. The first site admin: sextant setup-link (with the --data-dir or --config of this start).\n`;
