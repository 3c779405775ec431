import identity from '@sextant/plugin-identity';
import { Administration, answers, codeOf } from '@sextant/plugin-identity/testing';
import { at, startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import manifest from './manifest.js';

let kernel: TestKernel;
const people = new Administration(() => kernel);

beforeAll(async () => {
  kernel = await startTestKernel({ plugins: [identity, manifest], config: { plugins: { identity: { localAdmin: 'Local Admin' } } } });
});

describe('feature flags', () => {
  it('are made, overridden, read and deleted', async () => {
    const [ada, eve] = [await people.aPerson(), await people.aPerson()];
    const { data } = await kernel.graphql(
      'mutation{a:createFeatureFlag(name:"a",value:false){__typename ... on FeatureFlagBoolean{value}} b:createFeatureFlag(name:"b",rolloutBasisPoints:10000){__typename ... on FeatureFlagRollout{rolloutBasisPoints}}}',
    );
    expect(data).toEqual({
      a: { __typename: 'FeatureFlagBoolean', value: false },
      b: { __typename: 'FeatureFlagRollout', rolloutBasisPoints: 10_000 },
    });
    const override = await kernel.graphql(
      'mutation($n:ID!){createFeatureFlagOverride(namespace:$n,flagName:"a",value:true){id user{username} targetFlag{... on FeatureFlagBoolean{name}}}}',
      { n: ada.id },
    );
    expect(at(override.data, 'createFeatureFlagOverride')).toMatchObject({ user: { username: ada.username }, targetFlag: { name: 'a' } });
    const evaluated = async (who: string): Promise<unknown> =>
      (await kernel.graphql('{evaluatedFeatureFlags{name value} none:evaluateFeatureFlag(flagName:"none")}', {}, { token: who })).data;
    expect(await evaluated(ada.token)).toEqual({
      evaluatedFeatureFlags: [
        { name: 'a', value: true },
        { name: 'b', value: true },
      ],
      none: null,
    });
    expect(at(await evaluated(eve.token), 'evaluatedFeatureFlags.0')).toEqual({ name: 'a', value: false });
    expect(await codeOf(kernel.graphql('mutation{createFeatureFlag(name:"a",value:true){__typename}}'))).toBe(
      'SEXTANT_FEATURE_FLAG_EXISTS',
    );
    expect(await codeOf(kernel.graphql('mutation{createFeatureFlag(name:"c"){__typename}}'))).toBe('SEXTANT_FEATURE_FLAG_INVALID');
    expect(await codeOf(kernel.graphql('mutation{updateFeatureFlag(name:"b",rolloutBasisPoints:10001){__typename}}'))).toBe(
      'SEXTANT_FEATURE_FLAG_INVALID',
    );
    expect(
      await codeOf(
        kernel.graphql('mutation($i:ID!){deleteFeatureFlagOverride(id:$i){alwaysNil}}', {
          i: at(override.data, 'createFeatureFlagOverride.id'),
        }),
      ),
    ).toBeUndefined();
    expect(await codeOf(kernel.graphql('mutation{deleteFeatureFlag(name:"a"){alwaysNil}}'))).toBeUndefined();
    expect(await codeOf(kernel.graphql('mutation{deleteFeatureFlag(name:"a"){alwaysNil}}'))).toBe('SEXTANT_FEATURE_FLAG_NOT_FOUND');
    expect(await codeOf(kernel.graphql('{featureFlags{__typename}}', {}, { token: ada.token }))).toBe('SEXTANT_AUTH_SITE_ADMIN_REQUIRED');
  });

  it('are overridden for one request by who sends it, in its address or a header', async () => {
    await kernel.graphql('mutation{createFeatureFlag(name:"asked",value:false){__typename}}');
    const evaluated = async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<unknown> => {
      const body = JSON.stringify({
        query: '{asked:evaluateFeatureFlag(flagName:"asked") none:evaluateFeatureFlag(flagName:"none-such")}',
      });
      const answer = await kernel.fetch(path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
      return ((await answer.json()) as { data: unknown }).data;
    };
    expect(await evaluated('/.api/graphql')).toEqual({ asked: false, none: null });
    expect(await evaluated('/.api/graphql?feat=asked&feat=none-such')).toEqual({ asked: true, none: null });
    expect(await evaluated('/.api/graphql', { 'x-sourcegraph-override-feature': 'other, asked' })).toEqual({ asked: true, none: null });
    expect(await evaluated('/.api/graphql?feat=asked&feat=-asked')).toEqual({ asked: false, none: null });
    const many = Array.from({ length: 20 }, (_, i) => `feat=x${i}`).join('&');
    expect(await evaluated(`/.api/graphql?${many}&feat=asked`)).toEqual({ asked: false, none: null });
  });

  it('and settings of organisations hold from the moment somebody joins until they leave, in the order of the names', async () => {
    const ada = await people.aPerson();
    const graphql = answers(() => kernel);
    const made: Record<string, string> = {};
    for (const name of ['zebra', 'ant']) {
      made[name] = at(
        await graphql('mutation($n:String!){createOrganization(name:$n){id}}', { n: name }),
        'createOrganization.id',
      ) as string;
      const value = name === 'zebra' ? '2' : '1';
      await graphql(
        'mutation($i:SettingsMutationGroupInput!,$v:JSONValue){settingsMutation(input:$i){editSettings(edit:{keyPath:[{property:"search.contextLines"}],value:$v,valueIsJSONCEncodedString:true}){empty{alwaysNil}}}}',
        { i: { subject: made[name] }, v: value },
      );
    }
    await graphql('mutation{createFeatureFlag(name:"of-zebra",value:false){__typename}}');
    await graphql('mutation($n:ID!){createFeatureFlagOverride(namespace:$n,flagName:"of-zebra",value:true){id}}', { n: made['zebra'] });
    const hers = async (): Promise<unknown> => {
      const data = await graphql('{viewerSettings{subjects{settingsURL} final} evaluateFeatureFlag(flagName:"of-zebra")}', {}, ada.token);
      const settings = JSON.parse(at(data, 'viewerSettings.final') as string) as Record<string, unknown>;
      const paths = at(data, 'viewerSettings.subjects.*.settingsURL') as (string | null)[];
      return [
        settings['search.contextLines'],
        at(data, 'evaluateFeatureFlag'),
        paths.filter((path) => path?.startsWith('/organizations/')).map((path) => path?.split('/')[2]),
      ];
    };
    const join = (name: string): Promise<unknown> =>
      graphql('mutation($o:ID!,$u:String!){addUserToOrganization(organization:$o,username:$u){alwaysNil}}', {
        o: made[name],
        u: ada.username,
      });
    expect(await hers()).toEqual([1, false, []]);
    await join('zebra');
    expect(await hers()).toEqual([2, true, ['zebra']]);
    await join('ant');
    expect(await hers()).toEqual([2, true, ['ant', 'zebra']]);
    await graphql('mutation($o:ID!,$u:ID!){removeUserFromOrg(orgID:$o,userID:$u){alwaysNil}}', { o: made['zebra'], u: ada.id });
    expect(await hers()).toEqual([1, false, ['ant']]);
  });
});
