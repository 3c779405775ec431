import { signInProviders } from '@sextant/plugin-identity/api';
import { core, definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { openidConnectProvider } from '../../openid-connect-provider.js';

export default definePart(config)({
  deps: { http: core.http, cache: core.cache, limits: core.limits },
  register(r) {
    r.contribute(signInProviders, (deps, { log }) => openidConnectProvider({ ...deps, log }));
  },
});
