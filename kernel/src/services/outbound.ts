import { declareErrors, type OutboundHttp, SextantError } from '@sextant/sdk';

export const outboundErrors = declareErrors({
  SEXTANT_OUTBOUND_URL: {
    status: 400,
    summary: 'An outbound address is not http or https.',
    fix: 'Configure an http:// or https:// address.',
  },
  SEXTANT_OUTBOUND_FAILED: {
    status: 502,
    summary: 'Another server could not be reached, or did not answer in time.',
    fix: 'Check the address, the network and the other server.',
  },
});

const TIMEOUT = 30_000;

/** Every outbound call of a plugin passes here: http and https only, and always with a deadline. */
export const outboundFor = (agent: string): OutboundHttp => ({
  async fetch(url, init = {}) {
    const target = URL.canParse(url) ? new URL(url) : undefined;
    if (target?.protocol !== 'http:' && target?.protocol !== 'https:') {
      throw new SextantError('SEXTANT_OUTBOUND_URL', {
        what: 'The address cannot be called.',
        why: 'It is not an http or https URL.',
        fix: 'Configure an http:// or https:// address.',
      });
    }
    const { timeout = TIMEOUT, signal, ...rest } = init;
    const headers = new Headers(rest.headers);
    if (!headers.has('user-agent')) headers.set('user-agent', agent);
    const deadline = AbortSignal.timeout(timeout);
    try {
      return await fetch(target, { ...rest, headers, signal: signal ? AbortSignal.any([signal, deadline]) : deadline });
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new SextantError('SEXTANT_OUTBOUND_FAILED', {
        what: `${target.host} could not be reached.`,
        why: deadline.aborted ? `It did not answer within ${timeout} ms.` : 'The connection failed.',
        fix: 'Check the address, the network and the other server.',
        cause,
      });
    }
  },
});
