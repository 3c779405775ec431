import codeHost from '@sextant/plugin-code-host';
import { describeMirroredHost } from '@sextant/plugin-code-host/testing';
import git from '@sextant/plugin-git';
import highlight from '@sextant/plugin-highlight';
import identity from '@sextant/plugin-identity';
import search from '@sextant/plugin-search';
import manifest from './manifest.js';
import { FakeGithub } from './testing/fake-github.js';

describeMirroredHost('GitHub', {
  plugins: [identity, codeHost, manifest, git, highlight, search],
  kind: 'GITHUB',
  start: () => FakeGithub.start([{ id: 1, name: 'ana/anvil', private: true }]),
  config: (host) => ({ url: host.url, token: host.token }),
  clonePath: 'ana/anvil.git',
  renamed: 'team/anvil',
  credential: 'fake-github-token',
  pushed: (host, secret) => host.delivery('push', { ref: 'refs/heads/main', repository: { node_id: 'R_1' } }, secret),
});
