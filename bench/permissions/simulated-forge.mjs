import { codeHostKinds } from '@sextant/plugin-code-host/api';
import { definePart, definePlugin, z } from '@sextant/sdk';

const PAGE = 100;
const config = z.object({});

/** A code host in this process: `users` accounts, each of which may read every fifth of its repositories, from another one on. */
export class SimulatedForge {
  requests = 0;
  /** Repositories that nobody may read any more. */
  revoked = new Set();

  constructor(users, repositories) {
    this.users = users;
    this.repositories = repositories;
  }

  get plugin() {
    const forge = this;
    const kind = {
      kind: 'FORGE',
      title: 'Forge',
      config: z.object({ enforce: z.boolean().default(false) }),
      serviceType: () => 'forge',
      serviceId: () => 'https://forge.example.com/',
      async *list() {},
      cloneSource: async (_connection, { cloneUrl }) => ({ url: cloneUrl }),
      check: async () => ({ ok: true }),
      permissions: {
        enforced: ({ config: { enforce } }) => (enforce ? { by: 'username' } : undefined),
        async *usersOf(_connection, { externalId }) {
          for (let user = 0; user < forge.users; user++) {
            if (user % PAGE === 0) await forge.answer();
            if (forge.allows(user, Number(externalId))) yield { id: String(user), username: `user-${user}` };
          }
        },
        async *repositoriesOf(_connection, { username }) {
          const user = Number(/^user-(\d+)$/.exec(username)?.[1] ?? -1);
          if (user < 0) return;
          let given = 0;
          for (let repository = user % 5; repository < forge.repositories; repository += 5) {
            if (!forge.allows(user, repository)) continue;
            if (given++ % PAGE === 0) await forge.answer();
            yield String(repository);
          }
        },
      },
    };
    const part = async () => ({ default: definePart(config)({ deps: {}, register: (r) => r.contribute(codeHostKinds, () => kind) }) });
    return definePlugin({
      id: 'forge',
      version: '1.0.0',
      title: 'Forge',
      summary: 'A simulated code host.',
      engines: { kernel: '^1.0.0' },
      toggle: 'always-on',
      config,
      parts: { api: part, worker: part },
    });
  }

  allows(user, repository) {
    return !this.revoked.has(repository) && (repository - user) % 5 === 0;
  }

  async answer() {
    this.requests++;
    await new Promise(setImmediate);
  }
}

/** Repositories of the forge, as its list would have made them, but all at once. @returns the id of the first; the others follow it. */
export async function fillRepositories(db, connectionId, count) {
  const [first] = await db.query(
    `WITH added AS (
       INSERT INTO repositories (name, external_id, service_type, service_id, private)
       SELECT 'forge/r' || i, i::text, 'forge', 'https://forge.example.com/', true FROM generate_series(0, $1 - 1) i ORDER BY i RETURNING id, external_id),
     linked AS (
       INSERT INTO repository_connections (repository_id, connection_id, clone_url)
       SELECT id, $2, 'https://forge.example.com/r' || external_id || '.git' FROM added)
     SELECT min(id) AS id FROM added`,
    [count, connectionId],
  );
  await db.query('UPDATE wall_state SET epoch = epoch + 1');
  return first.id;
}
