import type { Migration } from '@sextant/sdk';
import { createMirrors } from './create-mirrors.js';

export const migrations: readonly Migration[] = [createMirrors];
