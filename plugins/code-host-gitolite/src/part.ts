import { join } from 'node:path';
import { askBySsh, codeHostKinds } from '@sextant/plugin-code-host/api';
import { core, definePart } from '@sextant/sdk';
import { gitoliteKind } from './gitolite-kind.js';

export default definePart()({
  deps: { process: core.process, http: core.http, programs: core.programs },
  register(r) {
    r.contribute(codeHostKinds, ({ process, http, programs }) =>
      gitoliteKind({
        ask: (question) => askBySsh({ ...question, http, programs }),
        knownHosts: () => join(process.folder('run'), 'known_hosts'),
      }),
    );
  },
});
