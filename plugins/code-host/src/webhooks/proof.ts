import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@sextant/sdk';
import type { WebhookProof } from '../api/webhooks.js';

/** What came with the body. */
interface Delivered {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly query: URLSearchParams;
}

/** Whether a delivery is the host's, by its bytes as they came. Takes the same time for every wrong proof. */
export function isProven(proof: WebhookProof, secret: Secret, delivered: Delivered, body: Uint8Array): boolean {
  const given = givenIn(proof, delivered);
  const key = secret.reveal();
  // Anybody can sign with an empty secret.
  if (given === undefined || given === '' || key === '') return false;
  if (proof.scheme === 'hmac-sha256') {
    const { prefix = '' } = proof;
    const signature = createHmac('sha256', key).update(body).digest('hex');
    return given.startsWith(prefix) && sameText(given.slice(prefix.length).toLowerCase(), signature);
  }
  return sameText(proof.scheme === 'basic' ? passwordIn(given) : given, key);
}

/** What is to prove it; undefined: nothing came. */
export const givenIn = (proof: WebhookProof, { headers, query }: Delivered): string | undefined =>
  proof.scheme === 'parameter' ? (query.get(proof.name) ?? undefined) : headers[proof.header];

/** Where the proof stands, for people. */
export const placeOf = (proof: WebhookProof): string =>
  proof.scheme === 'parameter' ? `parameter ${proof.name} of its address` : `header ${proof.header}`;

/** Of the value of an `authorization` header; '' where there is none. */
function passwordIn(header: string): string {
  const [, encoded = ''] = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(header) ?? [];
  return /^[^:]*:(.*)$/s.exec(Buffer.from(encoded, 'base64').toString())?.[1] ?? '';
}

/** Digests are of one length, so that not even the length of a secret shows. */
const sameText = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
