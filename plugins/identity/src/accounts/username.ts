import { SextantError } from '@sextant/sdk';

const MAX_LENGTH = 255;
const USERNAME = /^[a-z0-9_](?:[a-z0-9_]|[-.](?=[a-z0-9_]))*-?$/i;

export const isUsername = (name: string): boolean => name.length <= MAX_LENGTH && USERNAME.test(name);

/** Names are compared in this form: `Ada` and `ada` are one name. */
export const foldName = (name: string): string => name.toLowerCase();

/** @throws SEXTANT_USER_NAME_INVALID. @returns the name, unchanged. */
export function parseUsername(name: string): string {
  if (!isUsername(name)) {
    throw new SextantError('SEXTANT_USER_NAME_INVALID', {
      what: 'The name is malformed.',
      why: `It must be letters, digits and single - . _ between them, at most ${MAX_LENGTH}.`,
      fix: 'Choose another name.',
    });
  }
  return name;
}

/** Undefined for an empty one. @throws SEXTANT_USER_NAME_INVALID for one that a terminal or page could not show as text. */
export function parseDisplayName(name: string | null | undefined): string | undefined {
  const trimmed = name?.trim() ?? '';
  if (trimmed.length > MAX_LENGTH || /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(trimmed)) {
    throw new SextantError('SEXTANT_USER_NAME_INVALID', {
      what: 'The display name is malformed.',
      why: `It must be at most ${MAX_LENGTH} printable characters, without marks that change the direction of text.`,
      fix: 'Choose another name.',
    });
  }
  return trimmed === '' ? undefined : trimmed;
}

/**
 * A user name out of what another system calls a person: a login, an email address, a display name.
 * Characters that no name may hold become `-`, runs of them one; undefined when nothing is left.
 */
export function normalizeUsername(raw: string): string | undefined {
  const local = raw.includes('@') ? raw.slice(0, raw.indexOf('@')) : raw;
  const name = local
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9_.-]+/gi, '-')
    .replace(/[-.]*-[-.]*/g, '-')
    .replace(/\.{2,}/g, '.')
    .slice(0, MAX_LENGTH)
    .replace(/^[-.]+|[-.]+$/g, '');
  return isUsername(name) ? name : undefined;
}
