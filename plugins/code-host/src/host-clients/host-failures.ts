import { SextantError, type z } from '@sextant/sdk';
import type { HostAnswer, HostClientOptions } from '../api/host-clients.js';

type Host = Pick<HostClientOptions, 'url' | 'title' | 'explain' | 'credential'>;

/** The error that an answer's status means; undefined for a success. */
export function statusFailure(host: Host, answer: HostAnswer): SextantError | undefined {
  const { status } = answer;
  if (status >= 200 && status < 300) return undefined;
  const told = host.explain?.(answer);
  const details = { status };
  const name = nameOf(host);
  if (status === 401 || status === 403)
    return new SextantError('SEXTANT_CODE_HOST_REFUSED', {
      what: `${name} refused ${host.credential ? 'the credential of the connection' : 'to answer without a credential'}.`,
      why: told?.why ?? `Its status was ${status}.`,
      fix: told?.fix ?? 'Make a new credential there that may read repositories, and put it into the connection.',
      details,
    });
  if (status === 404 || status === 410)
    return new SextantError('SEXTANT_CODE_HOST_ABSENT', {
      what: `${name} does not have what was asked for, or does not show it to this credential.`,
      why: told?.why ?? `Its status was ${status}.`,
      fix: told?.fix ?? 'Check the names in the connection, and what its credential may see.',
      details,
    });
  if (status >= 500)
    return new SextantError('SEXTANT_CODE_HOST_DOWN', {
      what: `${name} could not answer.`,
      why: `Its status was ${status}, again and again.`,
      fix: 'Wait, or see how the host is.',
      details,
    });
  return unexpected(host, told?.why ?? `Its status was ${status}.`, details);
}

/** @throws SEXTANT_CODE_HOST_ANSWER with where it is wrong, and never with what stands there. */
export function shaped<T>(host: Host, answer: HostAnswer, shape: z.ZodType<T>): T {
  const parsed = shape.safeParse(answer.body);
  if (parsed.success) return parsed.data;
  const type = answer.headers.get('content-type')?.split(';')[0] ?? 'no type';
  const [issue] = parsed.error.issues;
  throw unexpected(
    host,
    answer.body === undefined
      ? `It answered with ${type} that is no JSON${type === 'text/html' ? ', such as a page to sign in' : ''}.`
      : `Its answer is of another shape, at "${issue?.path.join('.') || 'the top'}".`,
  );
}

export const unexpected = (host: Host, why: string, details: Readonly<Record<string, unknown>> = {}): SextantError =>
  new SextantError('SEXTANT_CODE_HOST_ANSWER', {
    what: `${nameOf(host)} gave an answer that was not expected.`,
    why,
    fix: 'Check that the URL of the connection is the address of such a host, and that its credential is still good.',
    details,
  });

export const nameOf = ({ title, url }: Host): string => `${title} at ${new URL(url).host}`;
