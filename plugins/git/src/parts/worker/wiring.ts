import { mirrorSources } from '@sextant/plugin-code-host/api';
import { core } from '@sextant/sdk';
import { gitService } from '../../api.js';

export const deps = {
  db: core.storage,
  jobs: core.jobs,
  events: core.events,
  clock: core.clock,
  git: gitService,
  sources: mirrorSources,
} as const;
