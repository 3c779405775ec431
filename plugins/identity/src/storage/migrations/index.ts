import type { Migration } from '@sextant/sdk';
import { createAccounts } from './create-accounts.js';
import { createAuditLog } from './create-audit-log.js';

export const migrations: readonly Migration[] = [createAccounts, createAuditLog];
