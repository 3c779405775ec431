import { generateKeyPairSync } from 'node:crypto';
import codeHost from '@sextant/plugin-code-host';
import { describeMirroredHost } from '@sextant/plugin-code-host/testing';
import git from '@sextant/plugin-git';
import highlight from '@sextant/plugin-highlight';
import identity from '@sextant/plugin-identity';
import search from '@sextant/plugin-search';
import manifest from './manifest.js';
import { FakeGithub } from './testing/fake-github.js';

const scene = {
  plugins: [identity, codeHost, manifest, git, highlight, search],
  kind: 'GITHUB',
  clonePath: 'ana/anvil.git',
  renamed: 'team/anvil',
  pushed: (host: FakeGithub, secret: string) => host.delivery('push', { ref: 'refs/heads/main', repository: { node_id: 'R_1' } }, secret),
};

describeMirroredHost('GitHub', {
  ...scene,
  start: () => FakeGithub.start([{ id: 1, name: 'ana/anvil', private: true }]),
  config: (host) => ({ url: host.url, token: host.token }),
  credential: 'fake-github-token',
});

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
describeMirroredHost('GitHub, as an App', {
  ...scene,
  start: async () => {
    const host = await FakeGithub.start([{ id: 1, name: 'ana/anvil', private: true }]);
    host.apps.set('12', publicKey);
    return host;
  },
  config: (host) => ({ url: host.url, gitHubAppDetails: { appID: 12, installationID: '34', privateKey } }),
  // A line out of the middle of its key, and the tokens that it is given.
  credential: [privateKey.split('\n')[8] ?? '', 'ghs-34-'],
});
