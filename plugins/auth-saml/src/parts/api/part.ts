import { signInProviders } from '@sextant/plugin-identity/api';
import { core, definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { samlProvider } from '../../saml-provider.js';

export default definePart(config)({
  deps: { http: core.http, cache: core.cache, limits: core.limits, clock: core.clock },
  register(r) {
    r.contribute(signInProviders, (deps) => samlProvider(deps));
  },
});
