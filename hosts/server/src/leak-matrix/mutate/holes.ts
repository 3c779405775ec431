import type { Visibility } from '@sextant/plugin-code-host/api';
import { type Actor, IdSet } from '@sextant/sdk';

/** What the wall answers where it is taken away. */
export const everythingVisible: Visibility = {
  epoch: 'hole',
  unrestricted: true,
  repos: IdSet.empty(),
  limited: undefined,
  canSee: () => true,
  sql: () => ({ text: 'TRUE', parameters: [] }),
};

/** Who is asked for where it is forgotten who asks. */
export const nobodyInParticular: Actor = { kind: 'internal', id: 'internal:hole', siteAdmin: false, via: 'internal' };
