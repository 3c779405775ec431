import { defineGraphQL } from '@sextant/sdk';
import type { config } from '../../config.js';
import { type StoredSubject, subjectKey } from '../../settings/settings-subject.js';
import { batchChangesQueries, batchChangesTypeDefs } from './batch-changes-fields.js';
import { doctorResolvers } from './doctor-resolvers.js';
import { doctorTypeDefs } from './doctor-schema.js';
import { featureFlagResolvers } from './feature-flag-resolvers.js';
import { featureFlagTypeDefs } from './feature-flag-schema.js';
import { settingsResolvers } from './settings-resolvers.js';
import { settingsTypeDefs } from './settings-schema.js';
import { siteResolvers } from './site-resolvers.js';
import { siteTypeDefs } from './site-schema.js';
import { type ApiDeps, servicesOf } from './wiring.js';

export default defineGraphQL<ApiDeps, typeof config>()({
  typeDefs: [siteTypeDefs, settingsTypeDefs, featureFlagTypeDefs, doctorTypeDefs, batchChangesTypeDefs].join('\n'),
  extends: ['Query', 'Mutation', 'User', 'Org'],
  loaders: (d, ctx) => {
    const { cascade, flags } = servicesOf(d, ctx);
    return {
      users: async (ids: readonly number[]) => {
        const found = await d.users.byIds(ids);
        return ids.map((id) => found.get(id) ?? null);
      },
      'latest-settings': async (subjects: readonly StoredSubject[]) => {
        const found = await cascade.latestOf(subjects);
        return subjects.map((subject) => found.get(subjectKey(subject)) ?? null);
      },
      'flag-overrides': async (names: readonly string[]) => {
        const found = await flags.overridesOf(names);
        return names.map((name) => found.filter((override) => override.flagName === name));
      },
    };
  },
  resolvers: (d, ctx) => {
    const services = servicesOf(d, ctx);
    const site = siteResolvers(d, services);
    const settings = settingsResolvers(d, services);
    const flags = featureFlagResolvers(d, services);
    const doctor = doctorResolvers(d);
    return {
      ...site.types,
      ...settings.types,
      ...flags.types,
      ...doctor.types,
      Site: { ...site.types.Site, ...settings.siteFields },
      Query: { ...site.queries, ...settings.queries, ...flags.queries, ...doctor.queries, ...batchChangesQueries },
      Mutation: { ...site.mutations, ...settings.mutations, ...flags.mutations, ...doctor.mutations },
    };
  },
});
