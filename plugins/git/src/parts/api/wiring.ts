import { repositories, visibility } from '@sextant/plugin-code-host/api';
import { accounts, auditTrail } from '@sextant/plugin-identity/api';
import { core, maybe, type Resolved } from '@sextant/sdk';
import { gitService } from '../../api.js';

export const deps = {
  db: core.storage,
  jobs: core.jobs,
  clock: core.clock,
  git: gitService,
  repositories,
  visibility,
  audit: maybe(auditTrail),
  accounts: maybe(accounts),
} as const;
export type ApiDeps = typeof deps;
export type Api = Resolved<ApiDeps>;
