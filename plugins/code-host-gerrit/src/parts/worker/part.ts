import { codeHostKinds, hostClients } from '@sextant/plugin-code-host/api';
import { definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { gerritKind } from '../../gerrit-kind.js';

export default definePart(config)({
  deps: { clients: hostClients },
  register(r) {
    r.contribute(codeHostKinds, ({ clients }) => gerritKind(clients));
  },
});
