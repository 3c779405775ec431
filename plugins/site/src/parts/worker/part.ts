import { definePart } from '@sextant/sdk';
import { siteConfiguration } from '../../api.js';
import { config } from '../../config.js';
import { configurationDeps, provideConfiguration } from '../../configuration/provide-configuration.js';
import { siteStorage } from '../../storage/site-storage.js';

/** Jobs of other plugins read the site configuration where no part that answers people runs. */
export default definePart(config)({
  deps: configurationDeps,
  register(r) {
    r.storage(siteStorage);
    r.provide(siteConfiguration, provideConfiguration);
  },
});
