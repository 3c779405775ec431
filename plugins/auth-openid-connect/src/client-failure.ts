import { SextantError } from '@sextant/sdk';
import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';

/** What `openid-client` failed with, in words that hold no token, no claim and no secret. */
export interface ClientFailure {
  /**
   * `denied`: the provider said no, to the browser. `refused`: it said no to this server. `unproven`: it answered, and what it says does not prove anything.
   * `unreachable`: no answer, or none that is one.
   */
  readonly kind: 'denied' | 'refused' | 'unproven' | 'unreachable';
  /** The provider's own code, such as `access_denied`; or what did not hold. */
  readonly reason: string;
  readonly why: string;
}

const UNREACHABLE = ['OAUTH_TIMEOUT', 'OAUTH_RESPONSE_IS_NOT_CONFORM', 'OAUTH_RESPONSE_IS_NOT_JSON', 'OAUTH_PARSE_ERROR'];

/** The causes of these errors hold whole answers, with their tokens: they are not handed on. */
export function clientFailure(error: unknown): ClientFailure {
  if (error instanceof AuthorizationResponseError) return { kind: 'denied', reason: code(error.error), why: said(error) };
  if (error instanceof ResponseBodyError) return { kind: 'refused', reason: code(error.error), why: said(error) };
  if (SextantError.is(error)) return { kind: 'unreachable', reason: error.code, why: error.message };
  if (!(error instanceof ClientError)) return { kind: 'unproven', reason: 'invalid', why: 'Its answer is malformed.' };
  // The guard's own words stand below those of the package.
  const inner = SextantError.is(error.cause) ? error.cause : undefined;
  if (inner) return { kind: 'unreachable', reason: inner.code, why: inner.message };
  const reason = error.code ?? 'unknown';
  const detail = error.cause instanceof Error ? `: ${plain(error.cause.message)}` : '';
  return { kind: UNREACHABLE.includes(reason) ? 'unreachable' : 'unproven', reason, why: `${plain(error.message)}${detail}.` };
}

const said = (answer: { readonly error: string; readonly error_description?: string | undefined }): string =>
  `It says: ${code(answer.error)}${answer.error_description ? ` (${plain(answer.error_description)})` : ''}.`;

/** Error codes are printable ASCII. */
const code = (text: string): string => text.replace(/[^\x21-\x7e]+/g, '_').slice(0, 100);

const plain = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .slice(0, 300)
    .replace(/[.\s]+$/, '');
