import type { CodeHostKind, HostClients } from '@sextant/plugin-code-host/api';
import { smithyClient, smithyPage } from './smithy-client.js';
import { smithyConfig } from './smithy-config.js';

export const smithyKind = (clients: HostClients): CodeHostKind<typeof smithyConfig> => ({
  kind: 'SMITHY',
  title: 'Smithy',
  config: smithyConfig,
  serviceType: () => 'smithy',
  serviceId: ({ config }) => new URL('/', config.url).href,

  async *list(connection, { signal, progress }) {
    const { host } = new URL(connection.config.url);
    const client = smithyClient(clients, connection);
    let seen = 0;
    for await (const { repositories } of client.pages('repositories', smithyPage, {
      signal,
      next: ({ next }) => (next === null ? undefined : { page: next }),
    })) {
      for (const repository of repositories) {
        yield {
          externalId: String(repository.id),
          name: `${host}/${repository.name}`.replaceAll(':', '-'),
          nameAtHost: repository.name,
          description: repository.description,
          private: repository.private,
          cloneUrl: repository.clone,
        };
      }
      seen += repositories.length;
      progress(`${seen} repositories listed`);
    }
  },

  async cloneSource({ config }, { cloneUrl }) {
    // A list must not lead the token to another server.
    const isOurs = new URL(cloneUrl).origin === new URL(config.url).origin;
    return { url: cloneUrl, ...(isOurs ? { credentials: { username: 'token', password: config.token } } : {}) };
  },

  async check(connection, signal) {
    await smithyClient(clients, connection).get('repositories', smithyPage, { signal, priority: 'interactive' });
    return { ok: true };
  },
});
