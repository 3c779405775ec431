import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { components } from '@coderabbitai/bitbucket/cloud/openapi';
import { testHostClients } from '@sextant/plugin-code-host/testing';
import { Secret, type z } from '@sextant/sdk';
import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import type { cloudPage, cloudPermission, cloudRepository, cloudUser } from './bitbucket-cloud-api.js';
import { bitbucketCloudConfig } from './bitbucket-cloud-config.js';
import { bitbucketCloudKind } from './bitbucket-cloud-kind.js';
import { FakeBitbucketCloud, uuidOf } from './testing/fake-bitbucket-cloud.js';

type Schemas = components['schemas'];
/** The fields of a published schema, without the index signature that lets any field pass. */
type Named<T> = keyof { [K in keyof T as string extends K ? never : K]: true };
/** What one of our shapes reads of a published schema that the schema does not have. */
type Unconfirmed<Shape extends z.ZodType, Published> = Exclude<keyof z.input<Shape>, Named<Published>>;

let endpoints: readonly RegExp[];
beforeAll(() => {
  const folder = dirname(createRequire(import.meta.url).resolve('@coderabbitai/bitbucket/cloud/openapi'));
  const text = readFileSync(join(folder, 'openapi-typescript.d.ts'), 'utf8');
  endpoints = [...text.matchAll(/^ {4}readonly "\/([^"]*)": \{/gm)].map(
    ([, path = '']) => new RegExp(`^GET ${path.replace(/\{\w+\}/g, '[^/]+')}$`),
  );
});

describe('the published API', () => {
  it('confirms every field that is read', () => {
    expectTypeOf<Unconfirmed<typeof cloudRepository, Schemas['repository']>>().toBeNever();
    // The types lose what a user has as an account.
    expectTypeOf<Exclude<keyof z.input<typeof cloudUser>, Named<Schemas['user']> | Named<Schemas['account']>>>().toBeNever();
    expectTypeOf<Unconfirmed<typeof cloudPermission, Schemas['repository_permission']>>().toBeNever();
    expectTypeOf<Unconfirmed<ReturnType<typeof cloudPage>, Schemas['paginated_repositories']>>().toBeNever();
    expectTypeOf<Exclude<'no_such_field', Named<Schemas['repository']>>>().toEqualTypeOf<'no_such_field'>();
  });

  it('confirms every endpoint that is asked', async () => {
    await using host = await FakeBitbucketCloud.start([
      { id: 1, name: 'ben/anvil' },
      { id: 2, name: 'team/hammer', readers: { ana: 'read' } },
    ]);
    const kind = bitbucketCloudKind(testHostClients());
    const options = { signal: new AbortController().signal, progress: () => undefined };
    const config = bitbucketCloudConfig.parse({
      url: host.url,
      apiURL: host.url,
      accessToken: host.token,
      teams: ['team'],
      repos: ['ben/anvil'],
    });
    const connection = { id: 1, kind: 'BITBUCKETCLOUD', displayName: 'x', config };
    for await (const { externalId, name, cloneUrl } of kind.list(connection, options)) {
      await kind.find?.(connection, { externalId, name, cloneUrl }, options);
      await Array.fromAsync(kind.permissions?.usersOf(connection, { externalId, name, cloneUrl }, options) ?? []);
    }
    const account = { id: uuidOf(501), username: 'ana', credential: new Secret(host.token) };
    await Array.fromAsync(kind.permissions?.repositoriesOf(connection, account, options) ?? []);
    expect(new Set(host.asked).size).toBeGreaterThan(5);
    expect(host.asked.filter((asked) => !endpoints.some((endpoint) => endpoint.test(asked)))).toEqual([]);
  });
});
