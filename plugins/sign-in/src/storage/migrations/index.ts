import type { Migration } from '@sextant/sdk';
import { createSignIn } from './create-sign-in-1764230000001.js';

export const migrations: readonly Migration[] = [createSignIn];
