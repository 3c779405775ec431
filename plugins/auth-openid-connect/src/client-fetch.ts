import type { OutboundHttp } from '@sextant/sdk';
import type { CustomFetch } from 'openid-client';

/** Bytes of an answer: a discovery document, keys, tokens. */
const MOST = 1024 * 1024;

/**
 * How `openid-client` sends its requests here: through the guard of all outbound calls, bounded, without redirects, and ended with the sign-in.
 * @param options.home the host that the admin has written: what it says of other hosts is written by whoever answers there, and leads to public addresses alone
 * @param options.seen is shown each answer.
 */
export const clientFetch =
  (
    http: Pick<OutboundHttp, 'fetch'>,
    options: {
      readonly signal: AbortSignal;
      readonly home?: string;
      readonly timeout?: number;
      readonly seen?: (url: string, answer: Response) => void;
    },
  ): CustomFetch =>
  async (url, { method, headers, body, signal }) => {
    const { timeout = 10_000, seen, home } = options;
    const answer = await http.fetch(url, {
      from: home === undefined || new URL(url).hostname === home ? 'admin' : 'person',
      method,
      headers,
      ...(typeof body === 'string' || body instanceof URLSearchParams ? { body } : {}),
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, options.signal]) : options.signal,
      timeout,
      maxBody: MOST,
    });
    seen?.(url, answer);
    return answer;
  };
