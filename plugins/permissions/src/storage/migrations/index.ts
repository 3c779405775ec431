import type { Migration } from '@sextant/sdk';
import { createPermissions } from './create-permissions-1764000000001.js';
import { keepGroups } from './keep-groups-1764000000002.js';

export const migrations: readonly Migration[] = [createPermissions, keepGroups];
