import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { testHostClients } from '@sextant/plugin-code-host/testing';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { giteaRepository, giteaSearch, giteaTeam, giteaUser } from './gitea-api.js';
import { giteaConfig } from './gitea-config.js';
import { giteaKind } from './gitea-kind.js';
import { FakeGitea } from './testing/fake-gitea.js';

/** The server's API as its maintainers publish it, in the types that are generated of it. */
interface PublishedApi {
  readonly fields: ReadonlyMap<string, ReadonlySet<string>>;
  /** `GET /repos/{owner}/{repo}`. */
  readonly endpoints: readonly string[];
}

let api: PublishedApi;
beforeAll(() => {
  const entry = createRequire(import.meta.url).resolve('gitea-js');
  const text = readFileSync(join(dirname(entry), 'index.d.ts'), 'utf8');
  const fields = new Map<string, Set<string>>();
  ts.createSourceFile('index.d.ts', text, ts.ScriptTarget.Latest).forEachChild((node) => {
    if (ts.isInterfaceDeclaration(node))
      fields.set(node.name.text, new Set(node.members.flatMap(({ name }) => (name && ts.isIdentifier(name) ? [name.text] : []))));
  });
  api = { fields, endpoints: [...text.matchAll(/@request (\w+):(\S+)/g)].map(([, method, path]) => `${method} ${path}`) };
});

describe('the published API', () => {
  it.each([
    ['Repository', giteaRepository],
    ['User', giteaUser],
    ['Team', giteaTeam],
    ['SearchResults', giteaSearch],
  ])('confirms every field that is read of %s', (type, shape) => {
    const published = api.fields.get(type);
    expect(Object.keys(shape.shape).filter((field) => !published?.has(field))).toEqual([]);
  });

  it('confirms every endpoint that is asked', async () => {
    await using gitea = await FakeGitea.start([
      { id: 1, name: 'ana/anvil' },
      { id: 2, name: 'team/hammer' },
    ]);
    const kind = giteaKind(testHostClients());
    const options = { signal: new AbortController().signal, progress: () => undefined };
    const config = giteaConfig.parse({
      url: gitea.url,
      token: gitea.token,
      orgs: ['team'],
      users: ['ana'],
      repos: ['ana/anvil'],
      repositoryQuery: ['all'],
    });
    const connection = { id: 1, kind: 'GITEA', displayName: 'x', config };
    for await (const { externalId, name, cloneUrl } of kind.list(connection, options))
      await Array.fromAsync(kind.permissions?.usersOf(connection, { externalId, name, cloneUrl }, options) ?? []);
    await Array.fromAsync(kind.permissions?.repositoriesOf(connection, { id: '2', username: 'ana' }, options) ?? []);
    const patterns = api.endpoints.map((endpoint) => new RegExp(`^${endpoint.replace(/ \//, ' ').replace(/\{\w+\}/g, '[^/]+')}$`));
    expect(new Set(gitea.asked).size).toBeGreaterThan(8);
    expect(gitea.asked.filter((asked) => !patterns.some((pattern) => pattern.test(asked)))).toEqual([]);
  });
});
