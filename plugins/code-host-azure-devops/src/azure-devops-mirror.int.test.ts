import codeHost from '@sextant/plugin-code-host';
import { describeMirroredHost } from '@sextant/plugin-code-host/testing';
import git from '@sextant/plugin-git';
import highlight from '@sextant/plugin-highlight';
import identity from '@sextant/plugin-identity';
import search from '@sextant/plugin-search';
import manifest from './manifest.js';
import { FakeAzureDevops, guidOf } from './testing/fake-azure-devops.js';

describeMirroredHost('Azure DevOps', {
  plugins: [identity, codeHost, manifest, git, highlight, search],
  kind: 'AZUREDEVOPS',
  start: () => FakeAzureDevops.start([{ id: 1, name: 'acme/Old Tools/anvil' }]),
  config: (host) => ({ url: host.url, token: host.token, orgs: ['acme'] }),
  clonePath: 'acme/Old Tools/_git/anvil',
  renamed: 'acme/Forge/anvil',
  credential: 'fake-azure-token',
  pushed: (host, secret) => host.delivery('git.push', { repository: { id: guidOf(1) }, refUpdates: [] }, secret),
});
