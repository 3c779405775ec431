import { type Actor, allows, declareErrors, permits, SextantError } from '@sextant/sdk';

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
  SEXTANT_AUTH_PERMISSION_REQUIRED: {
    status: 403,
    summary: 'The request needs a permission that no role of the user gives.',
    fix: 'Ask a site admin for a role that has it.',
  },
  SEXTANT_AUTH_SCOPE_REQUIRED: {
    status: 403,
    summary: 'The request needs a scope that its access token does not have.',
    fix: 'Use a token that has the scope, or one with user:all.',
  },
  SEXTANT_AUTH_INTERNAL_REQUIRED: { status: 403, summary: 'The route is for other Sextant processes only.', fix: 'Use the public API.' },
});

/** `user`: a guest is one where the site has them. `account`: a guest is not. `permission:X#Y`: whoever has a role that permits it. */
export type Requirement = 'public' | 'user' | 'account' | `permission:${string}` | 'site-admin' | 'internal';

const PERMISSION = 'permission:';

/** The refusal, or undefined when the actor may. `subject` is what was asked for, such as `GET /.api/x` or `Field Query.x`. */
export function refusal(actor: Actor, requirement: Requirement, subject: string): SextantError | undefined {
  if (requirement === 'public' || actor.kind === 'internal') return undefined;
  if (requirement === 'user' && actor.guest) return undefined;
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
  // What only some people may do is no part of a narrower scope: a token for reading must not administer because its owner can.
  const unlimited =
    requirement === 'site-admin' || requirement.startsWith(PERMISSION) ? scopeRefusal(actor, ['user:all'], subject) : undefined;
  if (unlimited) return unlimited;
  if (requirement === 'site-admin' && !actor.siteAdmin)
    return new SextantError('SEXTANT_AUTH_SITE_ADMIN_REQUIRED', {
      what: `${subject} needs a site admin.`,
      fix: 'Ask a site admin, or use a token of one.',
    });
  if (requirement.startsWith(PERMISSION) && !permits(actor, requirement.slice(PERMISSION.length)))
    return new SextantError('SEXTANT_AUTH_PERMISSION_REQUIRED', {
      what: `${subject} needs the permission ${requirement.slice(PERMISSION.length)}.`,
      fix: 'Ask a site admin for a role that has it.',
    });
  return undefined;
}

/** The refusal of a token that has none of the scopes, or undefined. */
export function scopeRefusal(actor: Actor, scopes: readonly string[], subject: string): SextantError | undefined {
  if (scopes.some((scope) => allows(actor, scope))) return undefined;
  return new SextantError('SEXTANT_AUTH_SCOPE_REQUIRED', {
    what: `${subject} needs an access token with the scope ${scopes.join(' or ')}.`,
    why: `This one has ${actor.scopes?.join(', ') || 'none'}.`,
    fix: 'Use a token that has the scope, or one with user:all.',
  });
}

export const READ_SCOPE = 'externalapi:read';
export const WRITE_SCOPE = 'externalapi:write';
