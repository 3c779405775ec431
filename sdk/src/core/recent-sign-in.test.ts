import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Actor, ANONYMOUS } from './actor.js';
import { type RecentSignIn, recentSignInRefusal } from './recent-sign-in.js';

const url = 'https://sextant.example.com/-/confirm';
const person = { kind: 'user', id: 'user:1', userId: 1, siteAdmin: false } as const;

/** The table of docs/signing-in.md: what comes of each credential, for `session` and for `session-or-token`. */
const TABLE: readonly (readonly [string, Actor, string | undefined, string | undefined])[] = [
  ['a session, confirmed recently', { ...person, via: 'session', confirmation: { recent: true, url } }, undefined, undefined],
  ['a session from before', { ...person, via: 'session', confirmation: { recent: false, url } }, 'STEP_UP', 'STEP_UP'],
  ['a session that cannot be confirmed', { ...person, via: 'session' }, 'SESSION_REQUIRED', 'SESSION_REQUIRED'],
  ['an access token', { ...person, via: 'token', scopes: ['user:all'] }, 'SESSION_REQUIRED', undefined],
  ['a token that claims a confirmation', { ...person, via: 'token', confirmation: { recent: true, url } }, 'SESSION_REQUIRED', undefined],
  ['the local site admin', { ...person, siteAdmin: true, via: 'local' }, undefined, undefined],
  ['the program itself', { kind: 'internal', id: 'internal:git', siteAdmin: true, via: 'internal' }, undefined, undefined],
  ['nobody', ANONYMOUS, 'SESSION_REQUIRED', 'SESSION_REQUIRED'],
];

it('decides as the table says, whatever else is true of the actor', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...TABLE),
      fc.boolean(),
      fc.constantFrom<RecentSignIn>('session', 'session-or-token'),
      ([, actor, forSession, forEither], siteAdmin, required) => {
        const refused = recentSignInRefusal({ ...actor, siteAdmin }, required, 'The act');
        const expected = required === 'session' ? forSession : forEither;
        expect(refused?.code).toBe(expected && `SEXTANT_AUTH_${expected}`);
        expect(refused?.status).toBe(expected && 403);
        expect(refused?.details['confirmUrl']).toBe(expected === 'STEP_UP' ? url : undefined);
      },
    ),
  );
});
