import authOpenidConnect from '@sextant/plugin-auth-openid-connect';
import codeHost from '@sextant/plugin-code-host';
import { type CodeHostKind, type Connection, codeHostKinds } from '@sextant/plugin-code-host/api';
import azureDevops from '@sextant/plugin-code-host-azure-devops';
import bitbucketCloud from '@sextant/plugin-code-host-bitbucket-cloud';
import bitbucketServer from '@sextant/plugin-code-host-bitbucket-server';
import gitea from '@sextant/plugin-code-host-gitea';
import github from '@sextant/plugin-code-host-github';
import gitlab from '@sextant/plugin-code-host-gitlab';
import identity from '@sextant/plugin-identity';
import { type SignInProvider, signInProviders } from '@sextant/plugin-identity/api';
import site from '@sextant/plugin-site';
import { type Contribution, definePart, definePlugin } from '@sextant/sdk';
import { startTestKernel } from '@sextant/sdk/testing';
import { beforeAll, expect, it } from 'vitest';
import manifest from './manifest.js';

let kinds: readonly Contribution<CodeHostKind>[] = [];
let providers: readonly Contribution<SignInProvider>[] = [];
const looking = definePlugin({
  id: 'looking',
  version: '1.0.0',
  title: 'Looking',
  summary: 'x',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  parts: {
    api: async () => ({
      default: definePart()({
        deps: { kinds: codeHostKinds, providers: signInProviders },
        register(r) {
          r.start((deps) => {
            ({ kinds, providers } = deps);
          });
        },
      }),
    }),
  },
});

beforeAll(async () => {
  const hosts = [azureDevops, bitbucketCloud, bitbucketServer, gitea, github, gitlab];
  await startTestKernel({ plugins: [identity, site, codeHost, ...hosts, authOpenidConnect, manifest, looking] });
});

const TOKEN = { token: 'x' };
const CLIENT = { clientID: 'x', clientSecret: 'x' };

it.each([
  ['github', 'GITHUB', TOKEN, CLIENT],
  ['gitlab', 'GITLAB', TOKEN, CLIENT],
  ['gitea', 'GITEA', TOKEN, CLIENT],
  ['bitbucketcloud', 'BITBUCKETCLOUD', { accessToken: 'x', teams: ['team'] }, CLIENT],
  ['bitbucketserver', 'BITBUCKETSERVER', TOKEN, CLIENT],
  ['azuredevops', 'AZUREDEVOPS', { token: 'x', orgs: ['acme'] }, { ...CLIENT, tenantID: 'acme.example' }],
])('signs people in by %s as those whom connections of the kind %s know', (type, kindName, connected, entered) => {
  const kind = kinds.find(({ value }) => value.kind === kindName)?.value ?? expect.fail(kindName);
  const provider = providers.find(({ value }) => value.type === type)?.value ?? expect.fail(type);
  // As it is written, and where both take their default.
  for (const url of ['https://code.example.com', 'https://Code.example.com/below/', undefined]) {
    const config = kind.config.safeParse({ ...connected, url });
    const entry = provider.config.strict().safeParse({ ...entered, url });
    expect(entry.success).toBe(config.success);
    if (config.success && entry.success)
      expect(provider.service(entry.data)).toEqual({
        type: kind.serviceType(),
        id: kind.serviceId({ config: config.data } as Connection<never>),
      });
  }
});
