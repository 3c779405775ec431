import { codeHostKinds, hostClients } from '@sextant/plugin-code-host/api';
import { core, definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { githubKind } from '../../github-kind.js';

export default definePart(config)({
  deps: { clients: hostClients, clock: core.clock },
  register(r) {
    r.contribute(codeHostKinds, ({ clients, clock }) => githubKind(clients, clock));
  },
});
