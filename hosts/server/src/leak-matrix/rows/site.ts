import type { PluginRows } from '../row.js';

/** The installation, its settings and its flags. */
export const siteRows = (): PluginRows => ({
  plugin: 'site',
  rows: [],
  reasons: [
    {
      surfaces: ['Query.site', 'Site.*', 'Site*.*', 'node Site', 'Mutation.updateSiteConfiguration*', 'Alert.*'],
      because: 'The installation, as site admins configured it.',
    },
    {
      surfaces: [
        'Query.settingsSubject*',
        'Query.viewerSettings',
        'Settings*.*',
        'DefaultSettings.*',
        'Mutation.settingsMutation*',
        'UpdateSettingsPayload.*',
      ],
      because: 'Settings that people wrote.',
    },
    {
      surfaces: ['Query.*eatureFlag*', 'FeatureFlag*.*', 'EvaluatedFeatureFlag.*', 'Mutation.*FeatureFlag*'],
      because: 'Flags that site admins set.',
    },
    {
      surfaces: ['Query.doctor', 'DoctorFinding.*', 'DoctorMend*.*', 'Mutation.applyMends*'],
      because: 'Findings about the running of the installation, for site admins: they name repositories whose mirror or index is damaged.',
    },
    { surfaces: ['HTTP GET /.api/src-cli/version'], because: 'A version number.' },
  ],
});
