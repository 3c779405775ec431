import { codeHostKinds, hostClients } from '@sextant/plugin-code-host/api';
import { core, definePart } from '@sextant/sdk';
import { githubKind } from './github-kind.js';

export default definePart()({
  deps: { clients: hostClients, clock: core.clock },
  register(r) {
    r.contribute(codeHostKinds, ({ clients, clock }) => githubKind(clients, clock));
  },
});
