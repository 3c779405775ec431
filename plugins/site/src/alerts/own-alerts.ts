import type { Authenticator, Contribution, Plugins, Process } from '@sextant/sdk';
import type { SiteAlert, SiteAlertSource } from '../api.js';
import type { Configurations } from '../configuration/configurations.js';

interface Watched {
  readonly process: Pick<Process, 'localMode' | 'externalUrl'>;
  readonly plugins: Pick<Plugins, 'list'>;
  readonly authenticators: readonly Contribution<Authenticator>[];
  readonly configurations: Pick<Configurations, 'effective' | 'validationMessages'>;
}

const LOOPBACK = /^https?:\/\/(?:localhost|127(?:\.\d+){3}|\[::1\])(?:[:/]|$)/i;

/** What this plugin itself has to tell site admins. */
export const ownAlerts = (watched: Watched): SiteAlertSource => ({
  audience: 'site-admins',
  alerts: async () =>
    (await Promise.all([credentialAlerts(watched), addressAlerts(watched), configurationAlerts(watched), pluginAlerts(watched)])).flat(),
});

async function credentialAlerts({ process, authenticators }: Watched): Promise<readonly SiteAlert[]> {
  if (process.localMode) return [];
  const answers = await Promise.all(authenticators.map(({ value }) => value.hasCredentials()));
  if (answers.includes(true)) return [];
  return [
    {
      type: 'ERROR',
      message:
        'Sextant listens beyond this machine and no valid credential exists: nobody can sign in. Create one with `sextant token create`.',
    },
  ];
}

async function addressAlerts({ process, configurations }: Watched): Promise<readonly SiteAlert[]> {
  if (process.localMode) return [];
  const configured = (await configurations.effective())['externalURL'];
  if (typeof configured === 'string' || !LOOPBACK.test(process.externalUrl)) return [];
  return [
    {
      type: 'WARNING',
      message: `The external URL is \`${process.externalUrl}\`, which only this machine can reach. Links that Sextant sends to people will not work.`,
      isDismissibleWithKey: 'external-url',
    },
  ];
}

async function configurationAlerts({ configurations }: Watched): Promise<readonly SiteAlert[]> {
  const messages = await configurations.validationMessages();
  if (messages.length === 0) return [];
  return [
    {
      type: 'WARNING',
      message: `The [site configuration](/site-admin/configuration) has ${messages.length} problem${messages.length === 1 ? '' : 's'}.`,
    },
  ];
}

async function pluginAlerts({ plugins }: Watched): Promise<readonly SiteAlert[]> {
  return plugins
    .list()
    .filter(({ state }) => state === 'failed' || state === 'blocked' || state === 'incompatible' || state === 'degraded')
    .map(({ id, state, reason }) => ({
      type: state === 'degraded' ? 'WARNING' : 'ERROR',
      message: `The plugin \`${id}\` is ${state}: ${reason ?? 'no reason given'}`,
    }));
}
