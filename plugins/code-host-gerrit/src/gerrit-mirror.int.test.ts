import codeHost from '@sextant/plugin-code-host';
import { describeMirroredHost } from '@sextant/plugin-code-host/testing';
import git from '@sextant/plugin-git';
import highlight from '@sextant/plugin-highlight';
import identity from '@sextant/plugin-identity';
import search from '@sextant/plugin-search';
import manifest from './manifest.js';
import { FakeGerrit } from './testing/fake-gerrit.js';

describeMirroredHost('Gerrit', {
  plugins: [identity, codeHost, manifest, git, highlight, search],
  kind: 'GERRIT',
  start: () => FakeGerrit.start([{ id: 1, name: 'tools/anvil' }]),
  config: (host) => ({ url: host.url, username: host.username, password: host.password }),
  clonePath: 'tools/anvil',
  renamed: 'team/anvil',
  credential: 'fake-gerrit-password',
  pushed: (host, secret) =>
    host.delivery({ type: 'ref-updated', refUpdate: { refName: 'refs/heads/main', project: 'tools/anvil' } }, secret),
});
