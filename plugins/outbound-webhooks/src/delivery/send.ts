import { createHmac } from 'node:crypto';
import { type Clock, type OutboundHttp, type Secret, SextantError } from '@sextant/sdk';
import type { Attempt, Delivery } from '../storage/delivery-store.js';

export type SentAttempt = Omit<Attempt, 'id'> & {
  /** The receiver wants it, sooner or later; false: it said that it is gone for good. */
  readonly isWorthRetrying: boolean;
  /** Milliseconds that it asks for before the next try. */
  readonly retryAfter: number | undefined;
};

/** Of an answer this much is read and kept; what counts is the status. */
const KEPT_BODY = 16 * 1024;
const KEPT_HEADERS = /^(?:content-(?:type|length)|date|retry-after|server|x-request-id)$/;
const LONGEST_RETRY_AFTER = 3_600_000;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

/** Sends a delivery once. Never throws for what the receiver or the network does, and follows no redirect: the signature is for this address. */
export async function send(
  delivery: Delivery,
  { url, secret, timeout }: { readonly url: string; readonly secret: Secret; readonly timeout: number },
  { http, clock, signal }: { readonly http: Pick<OutboundHttp, 'fetch'>; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<SentAttempt> {
  const headers = {
    'content-type': 'application/json',
    'idempotency-key': delivery.uuid,
    'x-sextant-delivery': delivery.uuid,
    'x-sourcegraph-webhook-event-type': delivery.eventType,
    'x-sourcegraph-webhook-signature': createHmac('sha256', secret.reveal()).update(delivery.payload).digest('hex'),
  };
  const sentAt = clock.now();
  const began = clock.monotonic();
  const attempt = (answer: Partial<SentAttempt>): SentAttempt => ({
    deliveryId: delivery.id,
    webhookId: delivery.webhookId,
    sentAt,
    duration: Math.round(clock.monotonic() - began),
    statusCode: 0,
    error: undefined,
    requestHeaders: { ...headers, 'x-sourcegraph-webhook-signature': 'REDACTED' },
    responseHeaders: {},
    responseBody: '',
    isWorthRetrying: true,
    retryAfter: undefined,
    ...answer,
  });
  try {
    // Whoever can be told something here can be told it anywhere: the address counts as a person's, and leads into no network of ours that the configuration does not allow.
    const response = await http.fetch(url, {
      method: 'POST',
      headers,
      body: delivery.payload,
      redirect: 'manual',
      timeout,
      signal,
      from: 'person',
    });
    const { status } = response;
    return attempt({
      statusCode: status,
      error: response.ok ? undefined : statusError(status).message,
      responseHeaders: shown(response.headers),
      responseBody: (await beginningOf(response)).replaceAll(secret.reveal(), '[secret]').replace(CONTROL, ''),
      isWorthRetrying: status !== 410,
      retryAfter: retryAfterOf(response.headers),
    });
  } catch (error) {
    signal.throwIfAborted();
    return attempt({ error: SextantError.is(error) ? `${error.code}: ${error.message}` : 'It failed for a reason that is in the log.' });
  }
}

const statusError = (status: number): SextantError =>
  new SextantError('SEXTANT_OUTBOUND_WEBHOOK_STATUS', {
    what: `The receiver answered with status ${status}.`,
    ...(status >= 300 && status < 400 ? { why: 'Redirects are not followed.', fix: 'Give the webhook the address that it leads to.' } : {}),
  });

const shown = (headers: Headers): Readonly<Record<string, string>> =>
  Object.fromEntries([...headers].map(([name, value]) => [name, KEPT_HEADERS.test(name) ? value.slice(0, 500) : 'REDACTED']));

function retryAfterOf(headers: Headers): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return seconds > 0 ? Math.min(seconds * 1_000, LONGEST_RETRY_AFTER) : undefined;
}

/** A receiver may answer without end, or stop in the middle: neither takes the delivery back. */
async function beginningOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const parts: Uint8Array[] = [];
  try {
    for (let size = 0; reader && size < KEPT_BODY; ) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      size += value.byteLength;
    }
  } catch {
    // What came is kept.
  } finally {
    await reader?.cancel().catch(() => undefined);
  }
  return Buffer.concat(parts).subarray(0, KEPT_BODY).toString();
}
