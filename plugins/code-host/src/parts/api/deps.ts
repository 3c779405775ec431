import { freshnessSteps, repositoryFilters, repositorySizes } from '../../api.js';
import { serviceDeps } from '../../services.js';

export const apiDeps = { ...serviceDeps, filters: repositoryFilters, sizes: repositorySizes, freshness: freshnessSteps } as const;
