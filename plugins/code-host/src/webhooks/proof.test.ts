import { Secret } from '@sextant/sdk';
import { describe, expect, it } from 'vitest';
import type { WebhookProof } from '../api/webhooks.js';
import { isProven } from './proof.js';

const SECRET = 'hunter2-canary';
const body = Buffer.from('{}');
const proven = (
  proof: WebhookProof,
  delivered: { readonly query?: string; readonly headers?: Record<string, string> },
  secret = SECRET,
): boolean => isProven(proof, new Secret(secret), { headers: delivered.headers ?? {}, query: new URLSearchParams(delivered.query) }, body);

describe('a delivery that is proven by a parameter of its address (row 19)', () => {
  const proof = { scheme: 'parameter', name: 'secret' } as const;

  it('is the host’s where the parameter is the secret', () => {
    expect(proven(proof, { query: `secret=${SECRET}` })).toBe(true);
    expect(proven(proof, { query: `a=b&secret=${encodeURIComponent('p&q=r')}` }, 'p&q=r')).toBe(true);
  });

  it.each<[string, { readonly query?: string; readonly headers?: Record<string, string> }, string?]>([
    ['nothing', {}],
    ['an empty one', { query: 'secret=' }],
    ['an empty one, where the secret is empty too', { query: 'secret=' }, ''],
    ['a wrong one', { query: 'secret=hunter2' }],
    ['a wrong one before the right one', { query: `secret=wrong&secret=${SECRET}` }],
    ['another parameter', { query: `Secret=${SECRET}` }],
    ['a header of that name', { headers: { secret: SECRET } }],
  ])('is nobody’s with %s', (_what, delivered, secret) => {
    expect(proven(proof, delivered, secret)).toBe(false);
  });
});
