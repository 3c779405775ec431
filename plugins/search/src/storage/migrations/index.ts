import type { Migration } from '@sextant/sdk';
import { createSearchNodes } from './create-search-nodes-1764000000001.js';

export const migrations: readonly Migration[] = [createSearchNodes];
