import type { Migration } from '@sextant/sdk';
import { createSite } from './create-site.js';

export const migrations: readonly Migration[] = [createSite];
