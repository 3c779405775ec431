import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { errorReply } from './error-reply.js';

it.each([
  [429, { retryAfter: 1_200 }, '2'],
  [429, { retryAfter: 0.5 }, '1'],
  [429, { retryAfter: 'soon' }, undefined],
  [429, {}, undefined],
  [403, { retryAfter: 1_200 }, undefined],
])('an error of status %i with the details %j has the Retry-After %j', (status, details, header) => {
  const error = { status, code: 'SEXTANT_TEST', what: 'Later.', why: undefined, fix: undefined, details };
  const { headers } = errorReply(error, { headers: {} } as IncomingMessage, 'r-1');
  expect(headers?.['retry-after']).toBe(header);
});
