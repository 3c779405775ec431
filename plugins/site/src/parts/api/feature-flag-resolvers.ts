import type { User } from '@sextant/plugin-identity/api';
import { decodeNodeId, encodeNodeId, type Resolved, type Resolver, SextantError } from '@sextant/sdk';
import type { FeatureFlag, FeatureFlagOverride } from '../../storage/feature-flag-store.js';
import { visibleSubject } from './subject-access.js';
import type { ApiDeps, SiteServices } from './wiring.js';

type Fields = Readonly<Record<string, Resolver>>;
interface FlagArguments {
  readonly name: string;
  readonly value?: boolean | null;
  readonly rolloutBasisPoints?: number | null;
}

const flagInput = ({ name, value, rolloutBasisPoints }: FlagArguments) => ({
  name,
  value: value ?? undefined,
  rollout: rolloutBasisPoints ?? undefined,
});

export function featureFlagResolvers(
  d: Resolved<ApiDeps>,
  { flags }: SiteServices,
): { readonly types: Readonly<Record<string, Fields>>; readonly queries: Fields; readonly mutations: Fields } {
  const overrides: Resolver = (flag: FeatureFlag, _args, op) =>
    op.loader<string, readonly FeatureFlagOverride[]>('flag-overrides').load(flag.name);
  return {
    queries: {
      featureFlags: () => flags.list(),
      featureFlag: async (_parent, { name }: { name: string }) => (await flags.byName(name)) ?? null,
      evaluatedFeatureFlags: (_parent, _args, { actor }) => flags.evaluateAll(actor.userId),
      evaluateFeatureFlag: async (_parent, { flagName }: { flagName: string }, { actor }) =>
        (await flags.evaluate(flagName, actor.userId)) ?? null,
    },
    mutations: {
      createFeatureFlag: (_parent, args: FlagArguments) => flags.create(flagInput(args)),
      updateFeatureFlag: (_parent, args: FlagArguments) => flags.update(flagInput(args)),
      deleteFeatureFlag: async (_parent, { name }: { name: string }) => {
        await flags.delete(name);
        return { alwaysNil: null };
      },
      createFeatureFlagOverride: async (_parent, args: { namespace: string; flagName: string; value: boolean }, { actor }) => {
        const subject = await visibleSubject(args.namespace, actor, d);
        if (!subject || 'kind' in subject) {
          throw new SextantError('SEXTANT_FEATURE_FLAG_INVALID', {
            what: 'The namespace is neither a user nor an organisation.',
            fix: 'Give the id of one.',
          });
        }
        const person = 'username' in subject;
        return flags.override({
          flagName: args.flagName,
          value: args.value,
          userId: person ? subject.id : undefined,
          organizationId: person ? undefined : subject.id,
        });
      },
      updateFeatureFlagOverride: (_parent, { id, value }: { id: string; value: boolean }) =>
        flags.changeOverride(overrideNumber(id), value),
      deleteFeatureFlagOverride: async (_parent, { id }: { id: string }) => {
        await flags.deleteOverride(overrideNumber(id));
        return { alwaysNil: null };
      },
    },
    types: {
      FeatureFlag: { __resolveType: (flag: FeatureFlag) => (flag.value === undefined ? 'FeatureFlagRollout' : 'FeatureFlagBoolean') },
      FeatureFlagBoolean: { overrides },
      FeatureFlagRollout: { rolloutBasisPoints: (flag: FeatureFlag) => flag.rollout ?? 0, overrides },
      FeatureFlagOverride: {
        id: (override: FeatureFlagOverride) => encodeNodeId('FeatureFlagOverride', override.id),
        namespaceID: ({ userId, organizationId }: FeatureFlagOverride) =>
          userId === undefined ? encodeNodeId('Org', organizationId as number) : encodeNodeId('User', userId),
        user: ({ userId }: FeatureFlagOverride, _args, op) =>
          userId === undefined ? null : op.loader<number, User | null>('users').load(userId),
        targetFlag: async ({ flagName }: FeatureFlagOverride) => (await flags.byName(flagName)) ?? null,
      },
    },
  };
}

/** 0, which is none's, for what is not the id of an override. */
function overrideNumber(nodeId: string): number {
  const id = Number(decodeNodeId('FeatureFlagOverride', nodeId));
  return Number.isInteger(id) && id > 0 && id <= 0x7fffffff ? id : 0;
}
