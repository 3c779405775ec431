import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { components } from '@coderabbitai/bitbucket/server/openapi';
import { testHostClients } from '@sextant/plugin-code-host/testing';
import { Secret, type z } from '@sextant/sdk';
import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import type { serverProject, serverRepository, serverUser } from './bitbucket-server-api.js';
import { bitbucketServerConfig } from './bitbucket-server-config.js';
import { bitbucketServerKind } from './bitbucket-server-kind.js';
import { FakeBitbucketServer } from './testing/fake-bitbucket-server.js';

type Schemas = components['schemas'];
/** What one of our shapes reads of a published schema that the schema does not have. */
type Unconfirmed<Shape extends z.ZodType, Published> = Exclude<keyof z.input<Shape>, keyof Published>;

let endpoints: readonly RegExp[];
beforeAll(() => {
  const folder = dirname(createRequire(import.meta.url).resolve('@coderabbitai/bitbucket/server/openapi'));
  const text = readFileSync(join(folder, 'openapi-typescript.d.ts'), 'utf8');
  endpoints = [...text.matchAll(/^ {4}readonly "\/api\/latest\/([^"]*)": \{/gm)].map(
    ([, path = '']) => new RegExp(`^GET ${path.replace(/\{\w+\}/g, '[^/]+')}$`),
  );
});

describe('the published API', () => {
  it('confirms every field that is read', () => {
    expectTypeOf<Unconfirmed<typeof serverRepository, Schemas['RestRepository']>>().toBeNever();
    expectTypeOf<Unconfirmed<typeof serverProject, Schemas['RestProject']>>().toBeNever();
    expectTypeOf<Unconfirmed<typeof serverUser, Schemas['RestApplicationUser']>>().toBeNever();
    expectTypeOf<Exclude<'no_such_field', keyof Schemas['RestRepository']>>().toEqualTypeOf<'no_such_field'>();
  });

  it('confirms every endpoint that is asked', async () => {
    await using server = await FakeBitbucketServer.start([
      { id: 1, name: '~ANA/anvil' },
      { id: 2, name: 'TEAM/hammer', readers: ['ana'] },
    ]);
    const kind = bitbucketServerKind(testHostClients());
    const options = { signal: new AbortController().signal, progress: () => undefined };
    const config = bitbucketServerConfig.parse({
      url: server.url,
      token: server.token,
      projectKeys: ['TEAM'],
      repos: ['~ANA/anvil'],
      repositoryQuery: ['all'],
    });
    const connection = { id: 1, kind: 'BITBUCKETSERVER', displayName: 'x', config };
    for await (const { externalId, name, cloneUrl } of kind.list(connection, options)) {
      await kind.find?.(connection, { externalId, name, cloneUrl }, options);
      await Array.fromAsync(kind.permissions?.usersOf(connection, { externalId, name, cloneUrl }, options) ?? []);
    }
    const account = { id: '1', username: 'ana', credential: new Secret(server.token) };
    await Array.fromAsync(kind.permissions?.repositoriesOf(connection, account, options) ?? []);
    expect(new Set(server.asked).size).toBeGreaterThan(5);
    expect(server.asked.filter((asked) => !endpoints.some((endpoint) => endpoint.test(asked)))).toEqual([]);
  });
});
