import { auditTrail } from '@sextant/plugin-identity/api';
import { deps } from '../../wiring.js';

export const apiDeps = { ...deps, audit: auditTrail } as const;
