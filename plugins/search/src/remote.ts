import { serviceToken } from '@sextant/sdk';
import type { SearchEngine } from './engine/contract.js';
import { SpreadEngine } from './spread/spread-engine.js';

/** A search node, here or in another process. Several nodes hold the index together, and may hold the same of it. */
export const searchEngine = serviceToken<SearchEngine>('search.engine@1', {
  remote: {
    role: 'search',
    methods: { search: 'stream', status: 'call', skippedFiles: 'call', explain: 'call', holdings: 'call' },
    combine: (nodes) => new SpreadEngine(nodes),
  },
});
