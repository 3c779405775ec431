import type { SignInProvider } from '@sextant/plugin-identity/api';
import { z } from '@sextant/sdk';

/** Accounts with a password, kept here. */
export const BUILTIN = 'builtin';

export const builtinProvider: SignInProvider = {
  type: BUILTIN,
  title: 'Password',
  config: z.object({}),
  service: () => ({ type: BUILTIN, id: '' }),
};
