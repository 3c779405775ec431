import { credentialRenewal, signInProviders } from '@sextant/plugin-identity/api';
import { siteConfiguration } from '@sextant/plugin-site/api';
import { core, definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { LiveAuthSettings } from '../../configuration/auth-settings.js';
import { renewCredential } from '../../engine/renew-credential.js';
import { storage } from '../../storage/definition.js';

/** Jobs act in the names of people where no part that answers them runs, and their credentials run out there too. */
export default definePart(config)({
  deps: { configuration: siteConfiguration, providers: signInProviders, events: core.events, clock: core.clock, process: core.process },
  register(r) {
    r.storage(storage);
    let settings: LiveAuthSettings | undefined;
    r.contribute(credentialRenewal, (d, { log }) => {
      const made = new LiveAuthSettings({ ...d, log, localMode: d.process.localMode, changed: async () => undefined });
      settings = made;
      return renewCredential(() => made);
    });
    r.stop(() => settings?.[Symbol.dispose]());
  },
});
