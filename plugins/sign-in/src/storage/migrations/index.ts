import type { Migration } from '@sextant/sdk';
import { addAttemptThrottling } from './add-attempt-throttling-1764800000050.js';
import { addProviderSessions } from './add-provider-sessions-1764230000010.js';
import { addSecondFactors } from './add-second-factors-1764800000030.js';
import { addSessionConfirmation } from './add-session-confirmation-1764800000010.js';
import { addSessionGeneration } from './add-session-generation-1764250000002.js';
import { createSignIn } from './create-sign-in-1764230000001.js';

export const migrations: readonly Migration[] = [
  createSignIn,
  addProviderSessions,
  addSessionGeneration,
  addSessionConfirmation,
  addSecondFactors,
  addAttemptThrottling,
];
