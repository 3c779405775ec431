import codeHost from '@sextant/plugin-code-host';
import { describeMirroredHost } from '@sextant/plugin-code-host/testing';
import git from '@sextant/plugin-git';
import highlight from '@sextant/plugin-highlight';
import identity from '@sextant/plugin-identity';
import search from '@sextant/plugin-search';
import manifest from './manifest.js';
import { FakeGitlab } from './testing/fake-gitlab.js';

describeMirroredHost('GitLab', {
  plugins: [identity, codeHost, manifest, git, highlight, search],
  kind: 'GITLAB',
  start: () => FakeGitlab.start([{ id: 1, name: 'ana/anvil', visibility: 'private' }]),
  config: (host) => ({ url: host.url, token: host.token }),
  clonePath: 'ana/anvil.git',
  renamed: 'team/anvil',
  credential: 'fake-gitlab-token',
  pushed: (host, secret) => host.delivery('Push Hook', { object_kind: 'push', project_id: 1 }, secret),
});
