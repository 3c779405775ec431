import type { CodeHostKind } from '@sextant/plugin-code-host/api';
import { type OutboundHttp, SextantError } from '@sextant/sdk';
import { readPage } from './smithy-client.js';
import { smithyConfig } from './smithy-config.js';

export const smithyKind = (http: OutboundHttp): CodeHostKind<typeof smithyConfig> => ({
  kind: 'SMITHY',
  title: 'Smithy',
  config: smithyConfig,
  serviceType: () => 'smithy',
  serviceId: ({ config }) => new URL('/', config.url).href,

  async *list({ config }, { signal, progress }) {
    const { host } = new URL(config.url);
    let seen = 0;
    for (let number: number | null = 1; number !== null; ) {
      const { repositories, next }: Awaited<ReturnType<typeof readPage>> = await readPage(http, config, number, signal);
      for (const repository of repositories) {
        if (config.exclude.includes(repository.name)) continue;
        yield {
          externalId: String(repository.id),
          name: `${host}/${repository.name}`.replaceAll(':', '-'),
          description: repository.description,
          private: repository.private,
          cloneUrl: repository.clone,
        };
      }
      seen += repositories.length;
      progress(`${seen} repositories listed`);
      number = next;
    }
  },

  cloneSource: async ({ config }, { cloneUrl }) => ({ url: cloneUrl, credentials: { username: 'token', password: config.token } }),

  async check({ config }, signal) {
    try {
      await readPage(http, config, 1, signal);
      return { ok: true };
    } catch (error) {
      if (!SextantError.is(error)) throw error;
      return { ok: false, problem: `${error.what} ${error.why ?? ''}`.trim(), fix: error.fix ?? '' };
    }
  },
});
