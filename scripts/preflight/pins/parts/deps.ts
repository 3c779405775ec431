import { repositories, visibility } from '@sextant/plugin-code-host/api';
import { core, maybe } from '@sextant/sdk';
import { pinCounts, pinStyles } from '../api.js';

export const deps = {
  db: core.storage,
  jobs: core.jobs,
  events: core.events,
  repositories,
  visibility,
  styles: pinStyles,
  counts: maybe(pinCounts),
} as const;
