import type { Migration } from '@sextant/sdk';
import { createTables } from './create-tables-1764000000001.js';
import { createWebhooks } from './create-webhooks-1764000000002.js';
import { enforcePermissions } from './enforce-permissions-1764000000006.js';
import { expectSyncEnds } from './expect-sync-ends-1764000000004.js';
import { rememberSyncCodes } from './remember-sync-codes-1764000000003.js';
import { rememberWatchStamps } from './remember-watch-stamps-1764000000005.js';

export const migrations: readonly Migration[] = [
  createTables,
  createWebhooks,
  rememberSyncCodes,
  expectSyncEnds,
  rememberWatchStamps,
  enforcePermissions,
];
