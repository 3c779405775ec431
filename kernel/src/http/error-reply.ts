import type { IncomingMessage } from 'node:http';
import { SextantError } from '@sextant/sdk';
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

/** JSON, or one line of text for who asks for text: a browser that shows a page, too. */
export function errorReply(error: AnswerableError, request: IncomingMessage, requestId: string): SentReply {
  const { status, code, what, why, fix, details } = error;
  const headers: Record<string, string> = {};
  if (status === 401) headers['www-authenticate'] = 'Bearer realm="sextant"';
  const wait = details['retryAfter'];
  if (status === 429 && typeof wait === 'number') headers['retry-after'] = String(Math.max(1, Math.ceil(wait / 1000)));
  if (code === 'SEXTANT_PLUGIN_CIRCUIT_OPEN') headers['retry-after'] = '10';
  if (wantsText(request.headers.accept)) {
    const line = `${[what, why, fix].filter(Boolean).join(' ')} (${code}, request ${requestId})`;
    // Strict readers of event streams, as src, show what is no event whole, but one that ends in a newline cut at its first colon.
    return { status, headers, body: isForEvents(request.headers.accept) ? line : `${line}\n` };
  }
  return jsonReply({ status, headers }, { error: { ...details, code, what, why, fix, requestId } });
}

const isForEvents = (accept: string | undefined): boolean => accept?.toLowerCase().includes('text/event-stream') === true;

const wantsText = (accept: string | undefined): boolean =>
  accept !== undefined && accept !== '' && (/text\/html/i.test(accept) || !/json|\*\/\*|application\/\*/i.test(accept));
