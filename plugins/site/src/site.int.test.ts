import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import identity from '@sextant/plugin-identity';
import { Administration, codeOf } from '@sextant/plugin-identity/testing';
import { core, encodeNodeId, z } from '@sextant/sdk';
import { at, type GraphQLAnswer, startTestKernel, type TestKernel, textAt } from '@sextant/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { siteConfiguration } from './api.js';
import manifest from './manifest.js';

let kernel: TestKernel;
const people = new Administration(() => kernel);

beforeAll(async () => {
  kernel = await startTestKernel({ plugins: [identity, manifest], config: { plugins: { identity: { localAdmin: 'Local Admin' } } } });
});

describe('the site', () => {
  it('tells its versions to everybody, and its configuration to site admins only', async () => {
    const { token } = await people.aPerson();
    const query =
      '{site{id productVersion buildVersion settingsURL siteID hasCodeIntelligence allowSiteSettingsEdits accessTokensAllow alerts{type message} configuration{id effectiveContents validationMessages}}}';
    const { data, errors } = await kernel.graphql(query, {}, { token });
    expect(at(data, 'site')).toMatchObject({
      productVersion: '7.6.0',
      buildVersion: expect.stringContaining('sextant'),
      accessTokensAllow: 'ALL_USERS_CREATE',
      configuration: null,
      settingsURL: null,
    });
    expect(errors[0]?.extensions.code).toBe('SEXTANT_AUTH_SITE_ADMIN_REQUIRED');
    expect((await kernel.graphql(query)).errors).toEqual([]);
  });

  it('keeps secrets of its configuration out of answers, diffs, logs and plain rows (row 22)', async () => {
    const save = async (input: string): Promise<unknown> => {
      const id = z.int().parse(at((await kernel.graphql('{site{configuration{id}}}')).data, 'site.configuration.id'));
      return codeOf(kernel.graphql('mutation($id:Int!,$input:String!){updateSiteConfiguration(lastID:$id,input:$input)}', { id, input }));
    };
    expect(
      await save('{\n  // mail\n  "email.smtp": { "host": "a", "password": "canary-1" },\n  "externalURL": "https://s.example.com"\n}'),
    ).toBeUndefined();
    const { data: shown } = await kernel.graphql('{site{configuration{effectiveContents}}}');
    const effectiveContents = textAt(shown, 'site.configuration.effectiveContents');
    expect(effectiveContents).toContain('// mail');
    expect(effectiveContents).toContain('REDACTED');
    expect(await save(effectiveContents.replace('"a"', '"b"'))).toBeUndefined();
    expect(await kernel.service(siteConfiguration).effective()).toMatchObject({ 'email.smtp': { host: 'b', password: 'canary-1' } });
    const { data } = await kernel.graphql(
      '{site{configuration{id validationMessages history{totalCount nodes{diff redactedContents author{username} createdAt}}}}}',
    );
    expect(at(data, 'site.configuration.history.nodes.0.diff')).toMatch(/^-.*"host": "a"/m);
    expect(at(data, 'site.configuration.validationMessages')).toEqual(['email.smtp (line 3, column 3): no active plugin knows this key']);
    expect(
      JSON.stringify([
        effectiveContents,
        data,
        kernel.log.text,
        await kernel.service(core.storage, 'site').query('select * from configuration_versions'),
      ]),
    ).not.toContain('canary-1');
  });

  it('has the versions of its configuration sealed anew when the key is rotated', async () => {
    const before = await kernel.service(siteConfiguration).effective();
    const { resealed, unreadable } = await kernel.kernel
      .secrets()
      .rotate({ signal: new AbortController().signal, progress: () => undefined });
    expect([resealed > 0, unreadable]).toEqual([true, 0]);
    expect(await kernel.service(siteConfiguration).effective()).toEqual(before);
  });

  it('refuses a configuration that is malformed, with the position, and one on an old version', async () => {
    const save = (id: number, input: string): Promise<GraphQLAnswer> =>
      kernel.graphql('mutation($id:Int!,$input:String!){updateSiteConfiguration(lastID:$id,input:$input)}', { id, input });
    const id = z.int().parse(at((await kernel.graphql('{site{configuration{id}}}')).data, 'site.configuration.id'));
    const shape = await save(id, '{\n  "externalURL": "nonsense"\n}');
    expect(shape.errors[0]?.extensions).toMatchObject({ code: 'SEXTANT_SITE_CONFIGURATION_INVALID', problems: [{ line: 2, column: 3 }] });
    expect(await codeOf(save(id, '{,}'))).toBe('SEXTANT_SITE_JSONC_INVALID');
    expect(await codeOf(save(id + 1, '{}'))).toBe('SEXTANT_SITE_CONFIGURATION_CONFLICT');
    const answers = await Promise.all([1, 2, 3, 4].map((n) => codeOf(save(id, `{"externalURL": "https://${n}.example.com"}`))));
    expect(answers.filter((code) => code === undefined)).toHaveLength(1);
  });
});

describe('a site that is declared in files', () => {
  let declared: TestKernel;
  let folder: string;
  let keeper: TestKernel;
  /** On one database, which the keeper keeps, and one data folder, which holds the keys. */
  const started = (site: object): Promise<TestKernel> =>
    startTestKernel({
      plugins: [identity, manifest],
      databaseUrl: keeper.databaseUrl,
      dataDir: join(folder, 'data'),
      config: { plugins: { site } },
    });
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sextant-declared-'));
    mkdirSync(join(folder, 'data'));
    keeper = await startTestKernel({ plugins: [identity] });
    writeFileSync(
      join(folder, 'site.jsonc'),
      '{\n  // from the file\n  "externalURL": "https://declared.example.com",\n  "x": { "token": "canary-2" }\n}\n',
    );
    writeFileSync(join(folder, 'settings.jsonc'), '{ "search.contextLines": 4 }');
    const site = { siteConfiguration: { file: join(folder, 'site.jsonc') }, globalSettings: { file: join(folder, 'settings.jsonc') } };
    declared = await started(site);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has what the files say, with a history, and secrets redacted', async () => {
    const { data } = await declared.graphql(
      '{site{externalURL allowSiteSettingsEdits allowSiteConfigurationEdits configuration{id effectiveContents history{nodes{author{id}}}}} viewerSettings{final}}',
    );
    expect(at(data, 'site')).toMatchObject({
      externalURL: 'https://declared.example.com',
      allowSiteSettingsEdits: false,
      allowSiteConfigurationEdits: false,
      configuration: { id: 1, history: { nodes: [{ author: null }] } },
    });
    expect(at(data, 'site.configuration.effectiveContents')).toContain('// from the file');
    expect(JSON.parse(textAt(data, 'viewerSettings.final'))).toMatchObject({ 'search.contextLines': 4 });
    expect(JSON.stringify(data) + declared.log.text).not.toContain('canary-2');
  });

  it('cannot be edited elsewhere', async () => {
    expect(await codeOf(declared.graphql('mutation{updateSiteConfiguration(lastID:1,input:"{}")}'))).toBe('SEXTANT_SITE_DECLARED');
    const overwrite = 'mutation($s:ID!){settingsMutation(input:{subject:$s,lastID:1}){overwriteSettings(contents:"{}"){empty{alwaysNil}}}}';
    expect(await codeOf(declared.graphql(overwrite, { s: encodeNodeId('Site', 1) }))).toBe('SEXTANT_SITE_DECLARED');
  });

  it('has a new version after a start on a changed file, and none after a start on the same', async () => {
    await declared.stop();
    const restarted = async (): Promise<unknown> => {
      const again = await started({ siteConfiguration: { file: join(folder, 'site.jsonc') } });
      const { data } = await again.graphql('{site{configuration{id}}}');
      await again.stop();
      return at(data, 'site.configuration.id');
    };
    expect(await restarted()).toBe(1);
    writeFileSync(join(folder, 'site.jsonc'), '{ "externalURL": "https://other.example.com" }');
    expect(await restarted()).toBe(2);
  });

  it('does not start without the file, and says which', async () => {
    const site = { siteConfiguration: { file: join(folder, 'missing.jsonc') } };
    await expect(startTestKernel({ plugins: [identity, manifest], config: { plugins: { site } } })).rejects.toThrow(
      'missing.jsonc cannot be read',
    );
  });
});
