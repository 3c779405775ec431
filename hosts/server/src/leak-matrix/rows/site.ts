import { type Answer, gql, isThere, type PluginRows, type Row } from '../row.js';

const doctor: Row = gql('what the doctor finds', 'query { doctor { plugin check what why mend { id does } } }', () => ({}), {
  forAdmins: true,
  // What cannot be cloned.
  shows: (target) => !target.isCloned && isThere(target),
});

/** What is found of mirrors: other findings have times and sizes in them. */
const ofMirrors = (answer: Answer): Answer => {
  const { data, errors } = JSON.parse(answer.body) as { data: { doctor: { plugin: string; check: string }[] } | null; errors?: unknown };
  const findings = data?.doctor.filter(({ plugin, check }) => plugin === 'git' && check === 'mirrors');
  return { ...answer, headers: {}, body: JSON.stringify({ errors, findings }) };
};

/** The installation, its settings and its flags. */
export const siteRows = (): PluginRows => ({
  plugin: 'site',
  rows: [{ ...doctor, ask: async (asker, target) => ofMirrors(await doctor.ask(asker, target)) }],
  reasons: [
    {
      surfaces: ['Query.maxUnlicensedChangesets', 'Query.batchChanges*', 'BatchChangeConnection.*', 'BatchChange.*'],
      because: 'A constant and an empty list, while no plugin provides batch changes.',
    },
    {
      surfaces: ['ProductSubscriptionStatus.*', 'ProductLicenseInfo.*', 'MonitoringStatistics.*', 'MonitoringAlert.*'],
      because: 'That no licence and no monitoring system is there, and to site admins how many people have an account.',
    },
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
      surfaces: ['DoctorFinding.*', 'DoctorMend*.*', 'Mutation.applyMends*'],
      because:
        'Findings about the running of the installation, for site admins; of repositories that they do not see it is said that there are some, and not which.',
    },
    {
      surfaces: ['HTTP GET /.api/src-cli/version', 'HTTP GET /.api/src-cli/:binary'],
      because: 'A version number, and where its release is.',
    },
    { surfaces: ['HTTP GET /.well-known/security.txt'], because: 'A contact that site admins publish.' },
  ],
});
