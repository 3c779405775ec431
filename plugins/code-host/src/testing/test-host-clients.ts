import type { Clock } from '@sextant/sdk';
import { type InMemoryServices, inMemoryServices } from '@sextant/sdk/testing';
import type { HostClients } from '../api/host-clients.js';
import type { RateLimits } from '../api/rate-limits.js';
import { HttpHostClient } from '../host-clients/http-host-client.js';
import { KnownAnswers } from '../host-clients/known-answers.js';
import { HostRateLimits } from '../rate-limits/host-rate-limits.js';
import type { HostFaults } from './host-faults.js';

/** Milliseconds; longer than some writes of a host that trickles. */
const SILENCE = 250;

/** Time that passes by sleeping and in no other way: whoever waits an hour for a host has waited it at once. */
class HurriedClock implements Clock {
  #passed = 0;
  readonly #began = new Date();

  now(): Date {
    return new Date(this.#began.getTime() + this.#passed);
  }

  monotonic(): number {
    return this.#passed;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#passed += milliseconds;
  }
}

export interface TestClientOptions {
  /** Milliseconds for one answer, default 30,000. */
  readonly timeout?: number;
  /** Of the host that is asked: an answer that will never be whole is not waited for so long. */
  readonly faults?: HostFaults;
}

/** Clients as the plugin makes them, over real connections, that wait for no rate limit. */
export function testHostClients({ timeout = 30_000, faults }: TestClientOptions = {}): HostClients & {
  readonly services: InMemoryServices;
  readonly limits: RateLimits;
} {
  const services = inMemoryServices({ clock: new HurriedClock() });
  const { cache, clock, http } = services;
  const limits = new HostRateLimits(services);
  const known = new KnownAnswers(cache);
  return {
    services,
    limits,
    client: (of) => {
      const options = {
        // Asked for each request: only the one that is not answered is given up so soon, however slow the machine.
        get timeout() {
          return faults?.willNotEnd ? SILENCE : timeout;
        },
        ...of,
      };
      return new HttpHostClient(options, { http, limits, known, clock });
    },
  };
}
