import type { Migration } from '@sextant/sdk';
import { createScim } from './create-scim-1764000000001.js';

export const migrations: readonly Migration[] = [createScim];
