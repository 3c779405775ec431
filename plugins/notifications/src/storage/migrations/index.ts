import type { Migration } from '@sextant/sdk';
import { createMails } from './create-mails-1764000000010.js';

export const migrations: readonly Migration[] = [createMails];
