import { core, definePart } from '@sextant/sdk';
import { ownAlerts } from '../../alerts/own-alerts.js';
import { featureFlags, settings, siteAlerts, siteConfiguration, siteConfigurationSchemas, systemChecks } from '../../api.js';
import { config } from '../../config.js';
import { provideConfiguration } from '../../configuration/provide-configuration.js';
import { configurationCheck } from '../../doctor/configuration-check.js';
import { ownChecks } from '../../doctor/own-checks.js';
import { securityTxtSchema } from '../../security-txt.js';
import { siteStorage } from '../../storage/site-storage.js';
import { securityTxtRoute } from './security-txt-route.js';
import { siteNode } from './site-resolvers.js';
import { srcCliDownloadRoute } from './src-cli-download-route.js';
import { srcCliVersionRoute } from './src-cli-version-route.js';
import { deps, servicesOf } from './wiring.js';

export default definePart(config)({
  deps,
  register(r) {
    r.storage(siteStorage);
    r.provide(siteConfiguration, provideConfiguration);
    r.provide(settings, (d, ctx) => servicesOf(d, ctx).cascade);
    r.provide(featureFlags, (d, ctx) => servicesOf(d, ctx).flags);
    r.contribute(siteAlerts, (d, ctx) =>
      ownAlerts({
        process: d.process,
        plugins: d.plugins,
        authenticators: d.authenticators,
        configurations: servicesOf(d, ctx).configurations,
      }),
    );
    for (const check of ownChecks) r.contribute(systemChecks, (d) => check(d));
    r.contribute(systemChecks, (d, ctx) => configurationCheck(servicesOf(d, ctx).configurations));
    r.contribute(core.nodes, () => siteNode);
    r.contribute(siteConfigurationSchemas, () => securityTxtSchema);
    r.http((router, d, ctx) => {
      router.get('/.api/src-cli/version', srcCliVersionRoute, { auth: 'public' });
      router.get('/.api/src-cli/:binary', srcCliDownloadRoute, { auth: 'public' });
      router.get('/.well-known/security.txt', securityTxtRoute(d, ctx), { auth: 'public' });
    });
    r.graphql(() => import('./graphql.js'));
    r.start(async (d, ctx) => {
      const { configurations, cascade } = servicesOf(d, ctx);
      await configurations.applyDeclared((tx, version) =>
        d.audit.record('site.config', 'changed', { uid: 'internal:site' }, { version, by: 'configuration' }, { tx }),
      );
      await cascade.applyDeclared();
    });
  },
});
