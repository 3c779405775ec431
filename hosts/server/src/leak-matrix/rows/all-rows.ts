import type { GraphQLSchema } from 'graphql';
import type { PluginRows } from '../row.js';
import { codeHostRows } from './code-host.js';
import { commandRows } from './commands.js';
import { gitRows } from './git.js';
import { highlightRows } from './highlight.js';
import { identityRows } from './identity.js';
import { kernelRows } from './kernel.js';
import { notificationRows } from './notifications.js';
import { oauthProviderRows } from './oauth-provider.js';
import { outboundWebhookRows } from './outbound-webhooks.js';
import { permissionRows } from './permissions.js';
import { scimRows } from './scim.js';
import { searchRows } from './search.js';
import { signInRows } from './sign-in.js';
import { siteRows } from './site.js';

/** What every plugin answers for. A new one adds its file here. */
const ROWS: Readonly<Record<string, (schema: GraphQLSchema) => PluginRows>> = {
  'code-host': codeHostRows,
  git: gitRows,
  search: searchRows,
  highlight: highlightRows,
  identity: identityRows,
  'sign-in': signInRows,
  site: siteRows,
  'oauth-provider': oauthProviderRows,
  notifications: notificationRows,
  'outbound-webhooks': outboundWebhookRows,
  permissions: permissionRows,
  scim: scimRows,
  kernel: kernelRows,
  commands: commandRows,
};

export const PLUGINS_WITH_ROWS: readonly string[] = Object.keys(ROWS);

export const allRows = (schema: GraphQLSchema): readonly PluginRows[] => Object.values(ROWS).map((rows) => rows(schema));
