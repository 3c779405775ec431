import { codeHostKinds, hostClients } from '@sextant/plugin-code-host/api';
import { definePart } from '@sextant/sdk';
import { bitbucketServerKind } from './bitbucket-server-kind.js';

export default definePart()({
  deps: { clients: hostClients },
  register(r) {
    r.contribute(codeHostKinds, ({ clients }) => bitbucketServerKind(clients));
  },
});
