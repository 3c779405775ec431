import { repositoryFilters, repositorySizes } from '../../api.js';
import { serviceDeps } from '../../services.js';

export const apiDeps = { ...serviceDeps, filters: repositoryFilters, sizes: repositorySizes } as const;
