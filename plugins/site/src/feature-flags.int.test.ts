import identity from '@sextant/plugin-identity';
import { Administration, codeOf } from '@sextant/plugin-identity/testing';
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
});
