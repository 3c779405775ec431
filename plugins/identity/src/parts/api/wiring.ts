import { core, type PluginContext } from '@sextant/sdk';
import type { config } from '../../config.js';
import { deps as shared } from '../../services.js';

export { identityOf, madeFor, provideAuditTrail } from '../../services.js';

export const deps = { ...shared, limits: core.limits, process: core.process } as const;

export type ApiDeps = typeof deps;
export type ApiContext = PluginContext<typeof config>;
