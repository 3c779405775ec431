import { repositories, visibility } from '@sextant/plugin-code-host/api';
import { auditTrail } from '@sextant/plugin-identity/api';
import { core } from '@sextant/sdk';

export const deps = { db: core.storage, repositories, visibility, audit: auditTrail } as const;
