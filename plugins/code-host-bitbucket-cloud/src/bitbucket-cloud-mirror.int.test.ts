import codeHost from '@sextant/plugin-code-host';
import { describeMirroredHost } from '@sextant/plugin-code-host/testing';
import git from '@sextant/plugin-git';
import highlight from '@sextant/plugin-highlight';
import identity from '@sextant/plugin-identity';
import search from '@sextant/plugin-search';
import manifest from './manifest.js';
import { FakeBitbucketCloud, uuidOf } from './testing/fake-bitbucket-cloud.js';

describeMirroredHost('Bitbucket Cloud', {
  plugins: [identity, codeHost, manifest, git, highlight, search],
  kind: 'BITBUCKETCLOUD',
  start: () => FakeBitbucketCloud.start([{ id: 1, name: 'team/anvil' }]),
  config: (host) => ({ url: host.url, apiURL: host.url, accessToken: host.token, teams: ['team', 'ben'] }),
  clonePath: 'team/anvil.git',
  renamed: 'ben/anvil',
  credential: 'fake-bitbucket-token',
  pushed: (host, secret) => host.delivery('repo:push', { repository: { uuid: uuidOf(1) } }, secret),
});
