import { signInProviders } from '@sextant/plugin-identity/api';
import { core, definePart } from '@sextant/sdk';
import { rosterProvider } from './roster-provider.js';

export default definePart()({
  deps: { http: core.http },
  register(r) {
    r.contribute(signInProviders, ({ http }) => rosterProvider(http));
  },
});
