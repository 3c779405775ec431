import type { Migration } from '@sextant/sdk';
import { createMirrors } from './create-mirrors.js';
import { holdNames } from './hold-names.js';

export const migrations: readonly Migration[] = [createMirrors, holdNames];
