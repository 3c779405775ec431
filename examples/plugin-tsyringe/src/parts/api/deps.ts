import { core, maybe } from '@sextant/sdk';
import { greeter } from '../../api.js';

/** The plugin's own service is optional to itself: it is published when the whole plugin has come up. */
export const deps = { clock: core.clock, greeter: maybe(greeter) } as const;
