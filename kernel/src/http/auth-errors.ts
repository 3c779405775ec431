import { type Actor, allows, declareErrors, type PeerAccount, permits, SextantError } from '@sextant/sdk';

/** Who may not. Shared by routes and GraphQL, so that a client meets one code for one cause. */
export const authErrors = declareErrors({
  SEXTANT_AUTH_REQUIRED: {
    status: 401,
    summary: 'The request needs a signed-in user.',
    fix: 'Send an access token in the Authorization header.',
  },
  SEXTANT_AUTH_LOCAL_ACCOUNT: {
    status: 401,
    summary:
      'In local mode, a request without a credential came from another account than the one that runs Sextant, or from one that cannot be determined.',
    fix: 'Send it as the account that runs Sextant, send an access token, or open the link that the start printed.',
  },
  SEXTANT_AUTH_LOCAL_SECRET: {
    status: 401,
    summary: 'In local mode, a request came with a start-up secret that is not the one of the Sextant that runs.',
    fix: 'Use the link that the last start printed, or the file run/local-secret of its data folder.',
  },
  SEXTANT_AUTH_LOCAL_THROTTLED: {
    status: 429,
    summary: 'Too many wrong start-up secrets came within a minute.',
    fix: 'Wait a minute, and use the link or the file of the start that runs.',
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

/** The refusal of a request that local mode does not take for the local site admin's. */
export const localAccountRefusal = (peer: PeerAccount, env: Readonly<Record<string, string | undefined>> = process.env): SextantError =>
  new SextantError('SEXTANT_AUTH_LOCAL_ACCOUNT', {
    what: 'Without a sign-in, this Sextant answers only the account that runs it.',
    why:
      peer === 'other'
        ? 'The request comes from another account of this machine.'
        : 'The account that sends the request cannot be determined.',
    fix: `Send an access token (sextant token create), or open the link that the start printed.${
      env['SUDO_UID'] === undefined ? '' : ' Sextant was started with sudo: run its commands with sudo, too.'
    } To let other accounts of this machine sign in, set auth.providers.`,
  });

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
