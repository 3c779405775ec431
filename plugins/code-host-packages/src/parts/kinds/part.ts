import { codeHostKinds, hostClients } from '@sextant/plugin-code-host/api';
import { definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { goDialect } from '../../go/go-dialect.js';
import { npmDialect } from '../../npm/npm-dialect.js';
import { packageKind } from '../../package-kind.js';

export default definePart(config)({
  deps: { clients: hostClients },
  register(r) {
    r.contribute(codeHostKinds, ({ clients }) => packageKind(clients, npmDialect));
    r.contribute(codeHostKinds, ({ clients }) => packageKind(clients, goDialect));
  },
});
