import { signInProviders } from '@sextant/plugin-identity/api';
import { core, definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { openidConnectProvider } from '../../openid-connect-provider.js';

export default definePart(config)({
  deps: { http: core.http, cache: core.cache },
  register(r) {
    r.contribute(signInProviders, ({ http, cache }, { log }) => openidConnectProvider({ http, cache, log }));
  },
});
