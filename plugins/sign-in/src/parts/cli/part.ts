import { auditTrail } from '@sextant/plugin-identity/api';
import { core, definePart, SextantError, z } from '@sextant/sdk';
import { config } from '../../config.js';
import '../../errors.js';
import { isInitialized, makeSetupToken } from '../../setup.js';
import { storage } from '../../storage/definition.js';

export default definePart(config)({
  deps: { db: core.storage, clock: core.clock, process: core.process, audit: auditTrail },
  register(r) {
    r.storage(storage);
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
