import { users } from '@sextant/plugin-identity/api';
import { core, definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { tidy } from '../../jobs.js';
import { ClientStore } from '../../storage/client-store.js';
import { storage } from '../../storage/definition.js';
import { GrantStore } from '../../storage/grant-store.js';
import { KeyStore } from '../../storage/key-store.js';

const TIDY_EVERY = 10 * 60_000;
const UNUSED_AFTER = 7 * 86_400_000;
const PAGE = 1_000;

export default definePart(config)({
  deps: { db: core.storage, secrets: core.secrets, users },
  register(r) {
    r.storage(storage);
    r.job(tidy, async (_payload, { db, secrets, users }, job) => {
      const grants = new GrantStore(db);
      await grants.forgetExpired();
      await new ClientStore(db).forgetUnused(UNUSED_AFTER);
      await new KeyStore(db, secrets).rotate(job.config.keyRotation);
      // Of users who went while nobody heard of it: they must not come back with what programs had.
      for (let afterId = 0; ; ) {
        const ids = await grants.userIds({ limit: PAGE, afterId });
        const there = await users.byIds(ids);
        for (const id of ids) {
          const user = there.get(id);
          if (user) await grants.forgetFormer(id, user.credentialGeneration);
          else await grants.revokeAllOf(id);
        }
        if (ids.length < PAGE) return;
        afterId = ids.at(-1) as number;
      }
    });
    r.schedule({ id: 'tidy', job: tidy, every: TIDY_EVERY });
  },
});
