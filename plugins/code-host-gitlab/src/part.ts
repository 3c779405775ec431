import { codeHostKinds, hostClients } from '@sextant/plugin-code-host/api';
import { definePart } from '@sextant/sdk';
import { gitlabKind } from './gitlab-kind.js';

export default definePart()({
  deps: { clients: hostClients },
  register(r) {
    r.contribute(codeHostKinds, ({ clients }) => gitlabKind(clients));
  },
});
