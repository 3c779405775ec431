import { type Actor, declareErrors, SextantError } from '@sextant/sdk';

/** Who may not. Shared by routes and GraphQL, so that a client meets one code for one cause. */
export const authErrors = declareErrors({
  SEXTANT_AUTH_REQUIRED: {
    status: 401,
    summary: 'The request needs a signed-in user.',
    fix: 'Send an access token in the Authorization header.',
  },
  SEXTANT_AUTH_SITE_ADMIN_REQUIRED: {
    status: 403,
    summary: 'The request needs a site admin.',
    fix: 'Ask a site admin, or use a token of one.',
  },
  SEXTANT_AUTH_INTERNAL_REQUIRED: { status: 403, summary: 'The route is for other Sextant processes only.', fix: 'Use the public API.' },
});

export type Requirement = 'public' | 'user' | 'site-admin' | 'internal';

/** The refusal, or undefined when the actor may. `subject` is what was asked for, such as `GET /.api/x` or `Field Query.x`. */
export function refusal(actor: Actor, requirement: Requirement, subject: string): SextantError | undefined {
  if (requirement === 'public' || actor.kind === 'internal') return undefined;
  if (actor.kind === 'anonymous')
    return new SextantError('SEXTANT_AUTH_REQUIRED', {
      what: `${subject} needs a signed-in user.`,
      fix: 'Send an access token in the Authorization header.',
    });
  if (requirement === 'internal')
    return new SextantError('SEXTANT_AUTH_INTERNAL_REQUIRED', {
      what: `${subject} is for other Sextant processes only.`,
      fix: 'Use the public API.',
    });
  if (requirement === 'site-admin' && !actor.siteAdmin)
    return new SextantError('SEXTANT_AUTH_SITE_ADMIN_REQUIRED', {
      what: `${subject} needs a site admin.`,
      fix: 'Ask a site admin, or use a token of one.',
    });
  return undefined;
}
