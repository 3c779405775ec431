import { declareErrors, SextantError } from '@sextant/sdk';

export const scimErrors = declareErrors({
  SEXTANT_SCIM_UNAUTHORIZED: {
    status: 401,
    summary: 'A SCIM request has not the token of the site.',
    fix: 'Give the directory what scim.authToken of the site configuration says.',
  },
  SEXTANT_SCIM_FILTER: { status: 400, summary: 'A SCIM filter cannot be understood.', fix: 'Correct it as RFC 7644, 3.4.2.2 says.' },
  SEXTANT_SCIM_PATH: { status: 400, summary: 'The path of a SCIM patch cannot be understood.', fix: 'Correct it as RFC 7644, 3.5.2 says.' },
  SEXTANT_SCIM_TARGET: { status: 400, summary: 'What a SCIM patch is to change is not there.', fix: 'Add it first, or correct the path.' },
  SEXTANT_SCIM_MUTABILITY: { status: 400, summary: 'A SCIM request changes what only Sextant sets.', fix: 'Leave it out.' },
  SEXTANT_SCIM_SYNTAX: { status: 400, summary: 'A SCIM request has not the shape that it must have.', fix: 'Correct what is named.' },
  SEXTANT_SCIM_VALUE: { status: 400, summary: 'A SCIM request has a value that cannot be taken.', fix: 'Correct what is named.' },
  SEXTANT_SCIM_UNIQUENESS: {
    status: 409,
    summary: 'A SCIM request would make two users or groups of one name, or two users of one address.',
    fix: 'Change the one that is there, or choose another name.',
  },
  SEXTANT_SCIM_VERSION: {
    status: 412,
    summary: 'A SCIM resource has another version than the request was made for.',
    fix: 'Read it again, and make the change on what is there now.',
  },
  SEXTANT_SCIM_NOT_FOUND: { status: 404, summary: 'There is no such SCIM resource.', fix: 'Check its id.' },
  SEXTANT_SCIM_UNSUPPORTED: {
    status: 501,
    summary: 'A SCIM request asks for what ServiceProviderConfig does not offer.',
    fix: 'Send one request for each resource.',
  },
});

/** The word that RFC 7644, 3.12 has for an error. */
export const scimTypes: Readonly<Record<string, string | undefined>> = {
  SEXTANT_SCIM_FILTER: 'invalidFilter',
  SEXTANT_SCIM_PATH: 'invalidPath',
  SEXTANT_SCIM_TARGET: 'noTarget',
  SEXTANT_SCIM_MUTABILITY: 'mutability',
  SEXTANT_SCIM_SYNTAX: 'invalidSyntax',
  SEXTANT_SCIM_VALUE: 'invalidValue',
  SEXTANT_SCIM_UNIQUENESS: 'uniqueness',
  SEXTANT_HTTP_JSON: 'invalidSyntax',
  SEXTANT_USER_NAME_INVALID: 'invalidValue',
  SEXTANT_USER_EMAIL_INVALID: 'invalidValue',
  SEXTANT_USER_NAME_TAKEN: 'uniqueness',
  SEXTANT_USER_EMAIL_TAKEN: 'uniqueness',
  SEXTANT_USER_PROTECTED: 'mutability',
  SEXTANT_GROUP_INVALID: 'invalidValue',
  SEXTANT_GROUP_NAME_TAKEN: 'uniqueness',
};

const MAX_SHOWN = 100;
/** What the request said, as it stands in a message. */
export const quoted = (text: string): string => JSON.stringify(text.slice(0, MAX_SHOWN));

export const invalidFilter = (why: string): SextantError =>
  new SextantError('SEXTANT_SCIM_FILTER', { what: 'The filter cannot be understood.', why });
export const invalidPath = (path: string, why?: string): SextantError =>
  new SextantError('SEXTANT_SCIM_PATH', { what: `The path ${quoted(path)} cannot be understood.`, ...(why ? { why } : {}) });
export const invalidSyntax = (what: string): SextantError => new SextantError('SEXTANT_SCIM_SYNTAX', { what });
export const invalidValue = (what: string, fix?: string): SextantError =>
  new SextantError('SEXTANT_SCIM_VALUE', { what, ...(fix ? { fix } : {}) });
export const readOnly = (attribute: string): SextantError =>
  new SextantError('SEXTANT_SCIM_MUTABILITY', { what: `The attribute ${quoted(attribute)} cannot be changed.`, fix: 'Leave it out.' });
export const noTarget = (path: string, fix?: string): SextantError =>
  new SextantError('SEXTANT_SCIM_TARGET', { what: `Nothing is at the path ${quoted(path)}.`, ...(fix ? { fix } : {}) });
export const notUnique = (what: string, why?: string): SextantError =>
  new SextantError('SEXTANT_SCIM_UNIQUENESS', { what, ...(why ? { why } : {}) });
export const noResource = (): SextantError =>
  new SextantError('SEXTANT_SCIM_NOT_FOUND', { what: 'There is no such resource.', fix: 'Check its id.' });
export const otherVersion = (): SextantError =>
  new SextantError('SEXTANT_SCIM_VERSION', {
    what: 'The resource has another version.',
    why: 'It was changed since it was read.',
    fix: 'Read it again, and make the change on what is there now.',
  });
