import { auditTrail } from '@sextant/plugin-identity/api';
import { maybe } from '@sextant/sdk';
import { freshnessSteps, repositoryFilters, repositorySizes } from '../../api.js';
import { serviceDeps } from '../../services.js';

export const apiDeps = {
  ...serviceDeps,
  filters: repositoryFilters,
  sizes: repositorySizes,
  freshness: freshnessSteps,
  audit: maybe(auditTrail),
} as const;
