import { codeHostKinds, hostClients } from '@sextant/plugin-code-host/api';
import { definePart } from '@sextant/sdk';
import { azureDevopsKind } from '../../azure-devops-kind.js';
import { config } from '../../config.js';

export default definePart(config)({
  deps: { clients: hostClients },
  register(r) {
    r.contribute(codeHostKinds, ({ clients }) => azureDevopsKind(clients));
  },
});
