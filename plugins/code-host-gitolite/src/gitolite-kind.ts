import type { CodeHostKind, FoundRepository, SshQuestion } from '@sextant/plugin-code-host/api';
import { type GitoliteConfig, gitoliteConfig } from './gitolite-config.js';
import { readableIn } from './gitolite-info.js';

export interface GitoliteParts {
  /** Asks the server; as `askBySsh`. */
  readonly ask: (question: Omit<SshQuestion, 'http' | 'programs'>) => Promise<string>;
  /** File in which the keys of servers are kept. */
  readonly knownHosts: () => string;
}

/** Gitolite, which lists by one command over ssh what a key may read. A repository has no id there but its name. */
export function gitoliteKind({ ask, knownHosts }: GitoliteParts): CodeHostKind<typeof gitoliteConfig> {
  const readable = async ({ host, gitSSHKey }: GitoliteConfig, signal: AbortSignal): Promise<readonly string[]> =>
    readableIn(await ask({ url: host, command: 'info', key: gitSSHKey, knownHosts: knownHosts(), signal }));
  return {
    kind: 'GITOLITE',
    title: 'Gitolite',
    config: gitoliteConfig,
    serviceType: () => 'gitolite',
    serviceId: ({ config }) => config.host,

    async *list({ config }, { signal }) {
      for (const name of await readable(config, signal)) yield foundOf(config, name);
    },

    // The key is for this server: a clone URL of another one, as an older configuration may have left it, gets none.
    cloneSource: async ({ config: { host, gitSSHKey } }, { cloneUrl }) => ({
      url: cloneUrl,
      ...(gitSSHKey && cloneUrl.startsWith(host) ? { sshKey: gitSSHKey } : {}),
    }),

    async check({ config }, signal) {
      await readable(config, signal);
      return { ok: true };
    },
  };
}

function foundOf({ host, prefix }: GitoliteConfig, name: string): FoundRepository {
  const before = prefix ?? `${new URL(host).host.replaceAll(':', '-')}/`;
  return { externalId: name, name: `${before}${name}`, nameAtHost: name, private: true, cloneUrl: `${host}${name}` };
}
