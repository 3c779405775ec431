import codeHost from '@sextant/plugin-code-host';
import { describeMirroredHost } from '@sextant/plugin-code-host/testing';
import git from '@sextant/plugin-git';
import highlight from '@sextant/plugin-highlight';
import identity from '@sextant/plugin-identity';
import search from '@sextant/plugin-search';
import manifest from './manifest.js';
import { FakeGitea } from './testing/fake-gitea.js';

describeMirroredHost('Gitea', {
  plugins: [identity, codeHost, manifest, git, highlight, search],
  kind: 'GITEA',
  start: () => FakeGitea.start([{ id: 1, name: 'ana/anvil', private: true }]),
  config: (host) => ({ url: host.url, token: host.token, repositoryPathPattern: 'forge/{nameWithOwner}' }),
  clonePath: 'ana/anvil.git',
  renamed: 'team/anvil',
  credential: 'fake-gitea-token',
  pushed: (host, secret) => host.delivery('push', { ref: 'refs/heads/main', repository: { id: 1 } }, secret),
});
