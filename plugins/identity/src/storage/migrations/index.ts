import type { Migration } from '@sextant/sdk';
import { createAccounts } from './create-accounts.js';

export const migrations: readonly Migration[] = [createAccounts];
