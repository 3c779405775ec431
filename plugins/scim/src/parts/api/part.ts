import { newcomerGates } from '@sextant/plugin-identity/api';
import { siteConfigurationSchemas } from '@sextant/plugin-site/api';
import { definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import '../../scim-errors.js';
import { siteKeys } from '../../site-keys.js';
import { storage } from '../../storage/definition.js';
import { deps, PATH, scimOf } from '../../wiring.js';
import { scimRoute } from './scim-route.js';

/** A group with as many members as a large company has people. */
const MAX_BODY = 16 * 1024 * 1024;

export default definePart(config)({
  deps,
  register(r) {
    r.storage(storage);
    r.contribute(siteConfigurationSchemas, () => siteKeys);
    r.contribute(newcomerGates, (d) => {
      const { users } = scimOf(d);
      return {
        refusal: async ({ addresses }) => ((await users.isEnded(addresses)) ? 'The directory has ended your account here.' : undefined),
      };
    });
    r.http((router, d) => {
      const route = scimRoute(d);
      const path = `${PATH}/*resource`;
      for (const add of [router.get, router.post, router.put, router.patch, router.delete]) {
        add(path, route, { auth: 'own', maxBody: MAX_BODY });
      }
    });
  },
});
