import { hostClients } from '@sextant/plugin-code-host/api';
import { signInProviders } from '@sextant/plugin-identity/api';
import { core, definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { hosts } from '../../hosts/hosts.js';
import { oauthProvider } from '../../oauth-provider.js';

/** Jobs act in the names of people, whose tokens run out meanwhile. */
export default definePart(config)({
  deps: { http: core.http, clients: hostClients, clock: core.clock },
  register(r) {
    for (const host of hosts) r.contribute(signInProviders, (deps) => oauthProvider(host, deps));
  },
});
