import type { Migration } from '@sextant/sdk';
import { createTables } from './create-tables-1764000000001.js';

export const migrations: readonly Migration[] = [createTables];
