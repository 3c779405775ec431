import type { Migration } from '@sextant/sdk';
import { addSessionGeneration } from './add-session-generation-1764250000002.js';
import { createSignIn } from './create-sign-in-1764230000001.js';

export const migrations: readonly Migration[] = [createSignIn, addSessionGeneration];
