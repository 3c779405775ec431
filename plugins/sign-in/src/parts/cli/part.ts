import { accounts, auditTrail, users } from '@sextant/plugin-identity/api';
import { core, definePart, SextantError, z } from '@sextant/sdk';
import { config } from '../../config.js';
import '../../errors.js';
import { resetSecondFactors } from '../../second-factor/reset-second-factors.js';
import { isInitialized, makeSetupToken } from '../../setup.js';
import { storage } from '../../storage/definition.js';

const deps = { db: core.storage, clock: core.clock, process: core.process, audit: auditTrail, users, accounts } as const;

export default definePart(config)({
  deps,
  register(r) {
    r.storage(storage);
    r.command({
      name: 'user reset-second-factor',
      summary: 'Takes all second factors of a user away and ends all sessions of the user, for somebody who has lost them',
      arguments: z.object({ username: z.string().describe('User name').meta({ positional: true }) }),
      async run({ username }, d, { out }) {
        const user = await d.users.byUsername(username);
        if (!user)
          throw new SextantError('SEXTANT_USER_NOT_FOUND', { what: 'The user was not found.', fix: 'List them with: sextant user list' });
        const had = await resetSecondFactors(d, user, { uid: 'operator' });
        out.line(had ? `${user.username} has no second factor any more.` : `${user.username} had no second factor.`);
        out.note('The password alone signs in now. Where the site wants a second factor, a new one is set up at the next sign-in.');
        out.json({ username: user.username, had });
        return 0;
      },
    });
    r.command({
      name: 'setup-link',
      summary: 'Prints the link by which the first site admin is made, once',
      arguments: z.object({ again: z.boolean().default(false).describe('Also when there was a site admin, who cannot sign in any more') }),
      async run({ again }, { db, clock, process, audit }, { out }) {
        if (!again && (await isInitialized(db)))
          throw new SextantError('SEXTANT_SIGN_IN_INITIALIZED', {
            what: 'The site has its first admin already.',
            fix: 'Sign in, or add --again when no site admin can.',
          });
        const token = await db.transaction(async (tx) => {
          await audit.record('auth.operator', 'access', { uid: 'operator' }, { by: 'setup-link', again }, { tx });
          return makeSetupToken(tx, clock, process.folder('run'));
        });
        const url = `${process.externalUrl}/sign-in?setup=${token}`;
        out.note(
          'Whoever opens it first becomes site admin. It is good for 30 days or until a site admin signs in, and in place of those before.',
        );
        if (process.externalUrl === '')
          out.note(
            'http.externalUrl is not set: put the address at which you reach Sextant before it, such as http://sextant.example.com:7080.',
          );
        out.line(url);
        out.json({ url, token });
        return 0;
      },
    });
  },
});
