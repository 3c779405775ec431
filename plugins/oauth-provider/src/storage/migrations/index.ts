import type { Migration } from '@sextant/sdk';
import { createOAuthProvider } from './create-oauth-provider-1764240000001.js';

export const migrations: readonly Migration[] = [createOAuthProvider];
