import type { Migration } from '@sextant/sdk';
import { createWebhooks } from './create-webhooks-1764000000001.js';

export const migrations: readonly Migration[] = [createWebhooks];
