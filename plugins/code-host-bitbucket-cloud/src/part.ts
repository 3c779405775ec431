import { codeHostKinds, hostClients } from '@sextant/plugin-code-host/api';
import { definePart } from '@sextant/sdk';
import { bitbucketCloudKind } from './bitbucket-cloud-kind.js';

export default definePart()({
  deps: { clients: hostClients },
  register(r) {
    r.contribute(codeHostKinds, ({ clients }) => bitbucketCloudKind(clients));
  },
});
