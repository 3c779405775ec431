import identity from '@sextant/plugin-identity';
import { Administration, codeOf } from '@sextant/plugin-identity/testing';
import { core, encodeNodeId, z } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel, textAt } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import manifest from './manifest.js';

let kernel: TestKernel;
const people = new Administration(() => kernel);

beforeAll(async () => {
  kernel = await startTestKernel({ plugins: [identity, manifest], config: { plugins: { identity: { localAdmin: 'Local Admin' } } } });
});

// Operations as `src` sends them (src-cli.md, section 4).
const USER_FIELDS = 'id username displayName siteAdmin organizations{nodes{id name displayName}} emails{email verified} url';
const CASCADE = `subjects{id latestSettings{id contents author{${USER_FIELDS}} createdAt} settingsURL viewerCanAdminister} final`;
const EDIT =
  'mutation EditSettings($input:SettingsMutationGroupInput!,$edit:SettingsEdit!){settingsMutation(input:$input){editSettings(edit:$edit){empty{alwaysNil}}}}';
const OVERWRITE =
  'mutation OverwriteSettings($input:SettingsMutationGroupInput!,$contents:String!){settingsMutation(input:$input){overwriteSettings(contents:$contents){empty{alwaysNil}}}}';
const Latest = z.object({
  settingsSubject: z.object({ latestSettings: z.object({ id: z.int(), contents: z.string() }).nullable() }).nullable(),
});
const latest = async (subject: string, who?: string): Promise<{ id: number; contents: string } | null> => {
  const query = 'query($subject:ID!){settingsSubject(id:$subject){latestSettings{id contents}}}';
  const { data } = await kernel.graphql(query, { subject }, { token: who });
  return Latest.parse(data).settingsSubject?.latestSettings ?? null;
};
const edit = async (subject: string, keyPath: readonly object[], value: string | null, who?: string): Promise<unknown> =>
  codeOf(
    kernel.graphql(
      EDIT,
      {
        input: { subject, lastID: (await latest(subject, who))?.id ?? null },
        edit: { keyPath, value, valueIsJSONCEncodedString: value !== null },
      },
      { token: who },
    ),
  );
const SITE = encodeNodeId('Site', 1);

describe('settings', () => {
  it('are read as src config get reads them', async () => {
    const { token } = await people.aPerson();
    const { data, errors } = await kernel.graphql(`query ViewerSettings{viewerSettings{${CASCADE}}}`, {}, { token });
    expect(errors).toEqual([]);
    expect(at(data, 'viewerSettings.subjects')).toHaveLength(3);
    expect(JSON.parse(textAt(data, 'viewerSettings.final'))).toMatchObject({ 'search.contextLines': 1 });
  });

  it('are edited as src config edit edits them, and keep their comments', async () => {
    const { id, token, username } = await people.aPerson();
    expect(
      await codeOf(
        kernel.graphql(OVERWRITE, { input: { subject: id, lastID: null }, contents: '{\n  // mine\n  "a": {"b": [1, 2]},\n}' }, { token }),
      ),
    ).toBeUndefined();
    expect(await edit(id, [{ property: 'search.contextLines' }], '7', token)).toBeUndefined();
    expect(await edit(id, [{ property: 'a' }, { property: 'b' }, { index: 0 }], '// why\n"x"', token)).toBeUndefined();
    const { data } = await kernel.graphql(
      `query($subject:ID!){settingsSubject(id:$subject){latestSettings{author{${USER_FIELDS}} contents previous{id author{username}}} settingsCascade{${CASCADE}}}}`,
      { subject: id },
      { token },
    );
    expect(at(data, 'settingsSubject.latestSettings')).toMatchObject({
      contents: expect.stringContaining('// mine'),
      author: { username },
      previous: [expect.anything(), expect.anything()],
    });
    expect(JSON.parse(textAt(data, 'settingsSubject.settingsCascade.final'))).toMatchObject({
      a: { b: ['x', 2] },
      'search.contextLines': 7,
    });
    expect(await edit(id, [{ property: 'a' }], null, token)).toBeUndefined();
    expect((await latest(id, token))?.contents).toBe('{\n  // mine\n  "search.contextLines": 7,\n}');
  });

  it('let exactly one of several changes on the same version through', async () => {
    const { id, token } = await people.aPerson();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        codeOf(kernel.graphql(EDIT, { input: { subject: id, lastID: null }, edit: { keyPath: [{ property: 'n' }], value: i } }, { token })),
      ),
    );
    expect(answers.filter((code) => code === undefined)).toHaveLength(1);
    expect(new Set(answers.filter(Boolean))).toEqual(new Set(['SEXTANT_SETTINGS_CONFLICT']));
  });

  it('take several changes of one operation in a row, up to the first that fails', async () => {
    const { id, token } = await people.aPerson();
    const set = (key: string, value: number): string =>
      `${key}:editSettings(edit:{keyPath:[{property:"search.${key}"}],value:${value}}){empty{alwaysNil}}`;
    const answer = await kernel.graphql(
      `mutation($s:ID!){settingsMutation(input:{subject:$s}){${set('contextLines', 2)} ${set('displayLimit', 3)} x:editSettings(edit:{keyPath:[],value:1}){empty{alwaysNil}} ${set('later', 4)}}}`,
      { s: id },
      { token },
    );
    expect(answer.errors.map(({ extensions }) => extensions['code'])).toEqual(['SEXTANT_SITE_JSONC_INVALID', 'SEXTANT_SITE_JSONC_INVALID']);
    expect(JSON.parse((await latest(id, token))?.contents ?? '')).toEqual({ 'search.contextLines': 2, 'search.displayLimit': 3 });
  });

  it('of the site reach everybody, and those of a user nobody else', async () => {
    const [ada, eve] = [await people.aPerson(), await people.aPerson()];
    expect(await edit(SITE, [{ property: 'site.wide' }], '1')).toBeUndefined();
    expect(await edit(ada.id, [{ property: 'own' }], '2', ada.token)).toBeUndefined();
    const final = async (who: string): Promise<unknown> =>
      JSON.parse(textAt((await kernel.graphql('{viewerSettings{final}}', {}, { token: who })).data, 'viewerSettings.final'));
    expect(await final(ada.token)).toMatchObject({ 'site.wide': 1, own: 2 });
    expect(await final(eve.token)).not.toHaveProperty('own');
  });

  it('of an organisation reach its members, below their own, and can be changed by them', async () => {
    const [member, stranger] = [await people.aPerson(), await people.aPerson()];
    await kernel
      .service(core.storage, 'identity')
      .query(`with o as (insert into organizations (name, created_at, updated_at) values ('acme', now(), now()) returning id)
      insert into organization_members (organization_id, user_id, created_at) select o.id, u.id, now() from o, users u where u.username = '${member.username}'`);
    const organization = encodeNodeId('Org', 1);
    expect(await edit(organization, [{ property: 'search.contextLines' }], '5', member.token)).toBeUndefined();
    expect(await edit(organization, [{ property: 'search.displayLimit' }], '50', member.token)).toBeUndefined();
    expect(await edit(member.id, [{ property: 'search.displayLimit' }], '60', member.token)).toBeUndefined();
    const { data } = await kernel.graphql(`{viewerSettings{${CASCADE}}}`, {}, { token: member.token });
    expect(at(data, 'viewerSettings.subjects.2')).toMatchObject({ id: organization, viewerCanAdminister: true });
    expect(JSON.parse(textAt(data, 'viewerSettings.final'))).toMatchObject({ 'search.contextLines': 5, 'search.displayLimit': 60 });
    expect(await edit(organization, [{ property: 'a' }], '1', stranger.token)).toBe('SEXTANT_SETTINGS_SUBJECT_NOT_FOUND');
  });

  it('of others look like none, and those of the site cannot be changed by users (row 25)', async () => {
    const [ada, eve] = [await people.aPerson(), await people.aPerson()];
    await edit(ada.id, [{ property: 'own' }], '2', ada.token);
    const { data } = await kernel.graphql(
      'query($a:ID!,$n:ID!){ada:settingsSubject(id:$a){id} none:settingsSubject(id:$n){id} user(username:"' +
        ada.username +
        '"){latestSettings{contents} settingsCascade{final}} node(id:$a){... on User{latestSettings{id}}}}',
      { a: ada.id, n: encodeNodeId('User', 999_999) },
      { token: eve.token },
    );
    expect(data).toEqual({ ada: null, none: null, user: { latestSettings: null, settingsCascade: null }, node: { latestSettings: null } });
    expect(await edit(ada.id, [{ property: 'own' }], '3', eve.token)).toBe('SEXTANT_SETTINGS_SUBJECT_NOT_FOUND');
    expect(await edit(SITE, [{ property: 'a' }], '3', eve.token)).toBe('SEXTANT_SETTINGS_FORBIDDEN');
  });

  it.each([
    ['a value of the wrong shape', [{ property: 'search.contextLines' }], '"many"', 'SEXTANT_SETTINGS_INVALID'],
    ['a text that is no JSON', [{ property: 'a' }], '{', 'SEXTANT_SITE_JSONC_INVALID'],
    ['a text that is more than one value', [{ property: 'a' }], '1, "b": 2', 'SEXTANT_SETTINGS_INVALID'],
    ['an empty path, which is the whole, with what is no object', [], '1', 'SEXTANT_SITE_JSONC_INVALID'],
    ['a step that is neither', [{}], '1', 'SEXTANT_SETTINGS_INVALID'],
    ['an index below an object', [{ property: 'object' }, { index: 0 }], '1', 'SEXTANT_SETTINGS_INVALID'],
  ])('refuse %s', async (_case, keyPath, value, code) => {
    const { id, token } = await people.aPerson();
    await edit(id, [{ property: 'object' }], '{"x": 1}', token);
    expect(await edit(id, keyPath, value, token)).toBe(code);
  });
});
