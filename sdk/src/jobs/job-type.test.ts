import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineJob } from './job-type.js';

// biome-ignore lint/suspicious/noExplicitAny: as from plain JavaScript
const define = defineJob as any;

describe('defineJob', () => {
  it('fills in what is left out', () => {
    expect(defineJob('a.do-it', { payload: z.object({}) })).toMatchObject({ name: 'a.do-it', maxAttempts: 10, timeout: 120_000 });
  });

  it.each([
    ['doIt', { payload: z.object({}) }, 'the name "doIt"'],
    ['a.do-it', undefined, 'the payload is not a schema'],
    ['a.do-it', { payload: {} }, 'the payload is not a schema'],
    ['a.do-it', { payload: z.object({}), timeout: '30s' }, 'the timeout (milliseconds) "30s"'],
    ['a.do-it', { payload: z.object({}), timeout: 0 }, 'the timeout (milliseconds) 0'],
    ['a.do-it', { payload: z.object({}), maxAttempts: 1.5 }, 'the maxAttempts 1.5'],
    ['a.do-it', { payload: z.object({}), concurrency: 0 }, 'the concurrency 0'],
    ['a.do-it', { payload: z.object({}), timeoutFrom: 'end' }, 'the timeoutFrom "end"'],
    ['a.do-it', { payload: z.object({}), waits: 'yes' }, 'the waits "yes"'],
  ])('refuses what no worker could run: %s %o, for %s', (name, options, reason) => {
    expect(() => define(name, options)).toThrow(
      expect.objectContaining({ code: 'SEXTANT_JOB_INVALID', why: expect.stringContaining(reason) }),
    );
  });
});
