import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '@sextant/sdk';

export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, signal ? { signal } : {}),
};
