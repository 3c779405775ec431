import { codeHostKinds, hostClients } from '@sextant/plugin-code-host/api';
import { definePart } from '@sextant/sdk';
import { bitbucketCloudKind } from '../../bitbucket-cloud-kind.js';
import { config } from '../../config.js';

export default definePart(config)({
  deps: { clients: hostClients },
  register(r) {
    r.contribute(codeHostKinds, ({ clients }) => bitbucketCloudKind(clients));
  },
});
