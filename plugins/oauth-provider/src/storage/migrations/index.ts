import type { Migration } from '@sextant/sdk';
import { addGeneration } from './add-generation-1764250000003.js';
import { createOAuthProvider } from './create-oauth-provider-1764240000001.js';

export const migrations: readonly Migration[] = [createOAuthProvider, addGeneration];
