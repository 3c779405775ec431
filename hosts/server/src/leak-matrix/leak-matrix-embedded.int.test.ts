import { describe } from 'vitest';
import { describeLeakMatrix } from './describe-leak-matrix.js';

// Where the run was given a server, the embedded one is asked too. Who asks makes no difference to a database but by what is granted: nothing, a part, by rules.
describe.runIf(process.env['SEXTANT_TEST_PG_DSN'])('on the embedded database', () => {
  describeLeakMatrix('embedded database', {
    server: process.env['SEXTANT_TEST_EMBEDDED_DSN'],
    askers: ['one', 'ruled', 'revoked', 'none'],
  });
});
