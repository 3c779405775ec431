import { Secret, SextantError } from '@sextant/sdk';

const MAX_LENGTH = 2_000;

/** An error in words that can be stored and shown: without the connection's secrets, should a library have repeated one. */
export function failureText(error: unknown, config: unknown): string {
  let text = error instanceof Error ? error.message : String(error);
  for (const secret of secretsIn(config)) text = mask(text, secret);
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^/?#\s@]*@/gi, '$1').slice(0, MAX_LENGTH);
}

/** Why a sync failed: the code for machines, the words for people. */
export interface SyncFailure {
  readonly code: string;
  readonly text: string;
}

export const failureOf = (error: unknown, config: unknown): SyncFailure => ({
  code: SextantError.is(error) ? error.code : 'SEXTANT_CODE_HOST_SYNC_FAILED',
  text: failureText(error, config),
});

/** All texts of the configuration that are secret. */
function secretsIn(value: unknown): readonly string[] {
  if (value instanceof Secret) return [value.reveal()];
  if (Array.isArray(value)) return value.flatMap(secretsIn);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(secretsIn) : [];
}

function mask(text: string, secret: string): string {
  if (secret.length < 4) return text;
  const forms = [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64'), JSON.stringify(secret).slice(1, -1)];
  return forms.reduce((masked, form) => masked.replaceAll(form, '[secret]'), text);
}
