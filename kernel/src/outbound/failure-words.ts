import { SextantError } from '@sextant/sdk';

export type FailureReason = 'name' | 'refused' | 'tls' | 'timeout' | 'protocol' | 'proxy' | 'connection';

const REASONS: readonly (readonly [RegExp, FailureReason, string])[] = [
  [/^(?:ENOTFOUND|EAI_|ENODATA|ESERVFAIL)/, 'name', 'Its name does not resolve'],
  [/^ECONNREFUSED$/, 'refused', 'Nothing listens there'],
  [/CERT|^ERR_TLS|^ERR_SSL|^EPROTO$|SELF_SIGNED|UNABLE_TO_VERIFY/, 'tls', 'The TLS connection failed'],
  [/^(?:ETIMEDOUT|UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT)$/, 'timeout', 'It did not answer in time'],
  [/^(?:HPE_|UND_ERR_RES|UND_ERR_(?:HEADERS|INFO))/, 'protocol', 'It does not speak HTTP'],
  [/PROXY/, 'proxy', 'The proxy did not let it through'],
];

/** What went wrong below HTTP, and its code: never the library's message, which may repeat an address. */
export function failureWords(error: unknown): { readonly reason: FailureReason; readonly why: string } {
  for (const cause of causesOf(error)) {
    const { code } = cause as { readonly code?: unknown };
    if (typeof code !== 'string') continue;
    for (const [pattern, reason, words] of REASONS) if (pattern.test(code)) return { reason, why: `${words} (${code}).` };
  }
  return { reason: 'connection', why: 'The connection failed.' };
}

/** Our own error behind a library's; undefined when it is not one of ours. */
export const ownError = (error: unknown): SextantError | undefined => causesOf(error).find(SextantError.is);

/** fetch refuses ports of other protocols, such as mail's, before it connects. */
export const isBadPort = (error: unknown): boolean =>
  causesOf(error).some((cause) => cause instanceof Error && cause.message === 'bad port');

function causesOf(error: unknown): readonly unknown[] {
  const causes: unknown[] = [];
  for (let cause = error; cause !== undefined && cause !== null && causes.length < 8; ) {
    causes.push(cause);
    const inside = cause as { readonly cause?: unknown; readonly errors?: readonly unknown[] };
    cause = inside.cause ?? inside.errors?.[0];
  }
  return causes;
}
