import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { SextantError } from '@sextant/sdk';
import { acceptedMediaTypes, namedMediaTypes } from './content-negotiation.js';
import { jsonReply } from './fit-reply.js';
import { internalError } from './internal-error.js';
import type { SentReply } from './write-reply.js';

export interface AnswerableError {
  readonly status: number;
  readonly code: string;
  readonly what: string;
  readonly why: string | undefined;
  readonly fix: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
}

/** What a client may know of an error. Everything without a code is masked. */
export function answerableError(error: unknown, requestId: string): AnswerableError {
  const coded = SextantError.is(error) ? error : internalError(requestId);
  const { code, what, why, fix, details } = coded;
  // The caller of a plugin that hangs meets a gateway's deadline, not a fault of its own.
  if (code === 'SEXTANT_PLUGIN_DEADLINE')
    return { status: 504, code: 'SEXTANT_HTTP_DEADLINE', what, why, fix: 'Ask for less at a time, or try again.', details };
  return { status: code === 'SEXTANT_AUTH_INVALID' ? 401 : coded.status, code, what, why, fix, details };
}

/** `details.retryAfter` is in milliseconds, the header in seconds. */
export const retryAfterHeader = ({ retryAfter }: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  typeof retryAfter === 'number' ? { 'retry-after': String(Math.max(1, Math.ceil(retryAfter / 1000))) } : {};

/** JSON, or one line of text for who asks for text: a browser that shows a page, too. */
export function errorReply(error: AnswerableError, request: IncomingMessage, requestId: string): SentReply {
  const { status, code, what, why, fix, details } = error;
  const headers: Record<string, string> = {};
  if (status === 401) headers['www-authenticate'] = 'Bearer realm="sextant"';
  if (status === 429) Object.assign(headers, retryAfterHeader(details));
  if (code === 'SEXTANT_PLUGIN_CIRCUIT_OPEN') headers['retry-after'] = '10';
  if (wantsText(request.headers)) {
    const line = `${[what, why, fix].filter(Boolean).join(' ')} (${code}, request ${requestId})`;
    // Strict readers of event streams, as src, show what is no event whole, but one that ends in a newline cut at its first colon.
    return { status, headers, body: isForEvents(request.headers) ? line : `${line}\n` };
  }
  return jsonReply({ status, headers }, { error: { ...details, code, what, why, fix, requestId } });
}

const isForEvents = (headers: IncomingHttpHeaders): boolean => namedMediaTypes(headers).includes('text/event-stream');

function wantsText(headers: IncomingHttpHeaders): boolean {
  const named = namedMediaTypes(headers);
  // A client that refuses everything is answered as one that asks for nothing.
  if (named.length === 0) return false;
  if (named.includes('text/html')) return true;
  return !named.some((type) => type.includes('json')) && acceptedMediaTypes(headers, ['application/json']).length === 0;
}
