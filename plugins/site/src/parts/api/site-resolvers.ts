import type { SiteUsersArguments, User } from '@sextant/plugin-identity/api';
import {
  encodeNodeId,
  type NodeKind,
  type Operation,
  type PageArguments,
  pageOf,
  pageRequest,
  type Resolved,
  type Resolver,
  SextantError,
} from '@sextant/sdk';
import { collectAlerts } from '../../alerts/collect-alerts.js';
import type { SiteAlert } from '../../api.js';
import type { RedactedVersion } from '../../configuration/configurations.js';
import { buildVersion, PRODUCT_VERSION } from '../../product-version.js';
import { SITE_SETTINGS } from '../../settings/settings-subject.js';
import type { ApiDeps, SiteServices } from './wiring.js';

type Fields = Readonly<Record<string, Resolver>>;

const HISTORY = { max: 200, default: 20 } as const;
const SITE_ID = encodeNodeId('Site', 1);
const ALLOW = { 'all-users-create': 'ALL_USERS_CREATE', 'site-admin-create': 'SITE_ADMIN_CREATE', none: 'NONE' } as const;

/** GraphQL's `Site` is resolved from the subject of its settings: there is one of each. */
export const siteNode: NodeKind = { kind: 'Site', load: async (id) => (id === '1' ? SITE_SETTINGS : null) };

export function siteResolvers(
  d: Resolved<ApiDeps>,
  { site, configurations, cascade }: SiteServices,
): {
  readonly types: Readonly<
    Record<
      | 'Site'
      | 'SiteConfiguration'
      | 'SiteConfigurationChange'
      | 'SiteConfigurationChangeConnection'
      | 'ProductSubscriptionStatus'
      | 'Alert',
      Fields
    >
  >;
  readonly queries: Fields;
  readonly mutations: Fields;
} {
  return {
    queries: { site: () => SITE_SETTINGS },
    mutations: {
      updateSiteConfiguration: async (_parent, { lastID, input }: { lastID: number; input: string }, { actor }) => {
        await configurations.save({ lastId: lastID, contents: input, authorUserId: actor.userId }, (tx, version) =>
          d.audit.record('site.config', 'changed', { actor }, { version }, { tx }),
        );
        return false;
      },
    },
    types: {
      Site: {
        id: () => SITE_ID,
        siteID: async () => (await site.identity()).siteId,
        productVersion: () => PRODUCT_VERSION,
        buildVersion: () => buildVersion(d.process.version),
        externalURL: async () => {
          const configured = (await configurations.effective())['externalURL'];
          return typeof configured === 'string' ? configured.replace(/\/+$/, '') : d.process.externalUrl;
        },
        configuration: async (_parent, _args, { actor }) => {
          const version = await configurations.latest();
          d.audit.observe('site.config.redacted', 'viewed', { actor }, { version: version.id });
          return version;
        },
        settingsURL: (_parent, _args, { actor }) => (actor.siteAdmin ? '/site-admin/global-settings' : null),
        allowSiteSettingsEdits: () => cascade.editable(SITE_SETTINGS),
        allowSiteConfigurationEdits: () => configurations.editable,
        users: (_parent, args: SiteUsersArguments) => args,
        viewerCanAdminister: (_parent, _args, { actor }) => actor.siteAdmin,
        hasCodeIntelligence: () =>
          d.plugins.list().some(({ id, state }) => id === 'code-intel' && (state === 'active' || state === 'degraded')),
        needsRepositoryConfiguration: async (_parent, _args, { actor }) => {
          if (actor.kind === 'anonymous' || d.repositorySources.length === 0) return null;
          for (const { value } of d.repositorySources) if (await value.isConfigured()) return false;
          return true;
        },
        productSubscription: () => ({ productNameWithBrand: 'Sextant' }),
        alerts: (_parent, _args, op) => collectAlerts(d.alerts, op),
        accessTokensAllow: async () => ALLOW[(await d.accessTokenPolicy.current()).allow],
        accessTokensAllowNoExpiration: async () => (await d.accessTokenPolicy.current()).allowNoExpiration,
        accessTokensExpirationDaysOptions: async () => (await d.accessTokenPolicy.current()).expirationOptionDays,
        accessTokensDefaultExpirationDays: async () => (await d.accessTokenPolicy.current()).defaultExpirationDays,
      },
      ProductSubscriptionStatus: {
        actualUserCount: (_parent: unknown, _args, { actor }) => (actor.siteAdmin ? d.users.count({ serviceAccount: false }) : null),
      },
      Alert: { isDismissibleWithKey: (alert: SiteAlert) => alert.isDismissibleWithKey ?? null },
      SiteConfiguration: {
        effectiveContents: (version: RedactedVersion) => version.redactedContents,
        validationMessages: () => configurations.validationMessages(),
        history: async (_version: RedactedVersion, args: PageArguments) => {
          const { limit, after } = pageRequest('site-configuration', args, HISTORY);
          const rows = await configurations.history({ limit: limit + 1, beforeId: versionOf(after) });
          return pageOf('site-configuration', rows, limit, (version) => String(version.id));
        },
      },
      SiteConfigurationChange: {
        author: (version: RedactedVersion, _args, op) => authorOf(version, op),
        diff: (version: RedactedVersion) => configurations.diff(version),
      },
      SiteConfigurationChangeConnection: { totalCount: () => configurations.count() },
    },
  };
}

/** A cursor is text that clients may change. */
function versionOf(position: string | undefined): number | undefined {
  if (position === undefined || /^[1-9]\d{0,8}$/.test(position)) return position === undefined ? undefined : Number(position);
  throw new SextantError('SEXTANT_PAGE_ARGUMENT', {
    what: 'The cursor in "after" is malformed.',
    fix: 'Pass the endCursor of the page before, unchanged.',
  });
}

/** The user of GraphQL behind a saved version. */
export const authorOf = ({ authorUserId }: { readonly authorUserId: number | undefined }, op: Operation): Promise<User | null> | null =>
  authorUserId === undefined ? null : op.loader<number, User | null>('users').load(authorUserId);
