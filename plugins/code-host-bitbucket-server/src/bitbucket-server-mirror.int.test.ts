import codeHost from '@sextant/plugin-code-host';
import { describeMirroredHost } from '@sextant/plugin-code-host/testing';
import git from '@sextant/plugin-git';
import highlight from '@sextant/plugin-highlight';
import identity from '@sextant/plugin-identity';
import search from '@sextant/plugin-search';
import manifest from './manifest.js';
import { FakeBitbucketServer } from './testing/fake-bitbucket-server.js';

describeMirroredHost('Bitbucket Server', {
  plugins: [identity, codeHost, manifest, git, highlight, search],
  kind: 'BITBUCKETSERVER',
  start: () => FakeBitbucketServer.start([{ id: 1, name: 'ANA/anvil' }]),
  config: (host) => ({ url: host.url, token: host.token }),
  clonePath: 'scm/ana/anvil.git',
  renamed: 'TEAM/anvil',
  credential: 'fake-bitbucket-token',
  pushed: (host, secret) => host.delivery('repo:refs_changed', { repository: { id: 1 }, changes: [] }, secret),
});
