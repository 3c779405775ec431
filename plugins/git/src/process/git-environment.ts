/** As `git config` takes it. */
export type Setting = readonly [key: string, value: string];

/** Settings every call has, before any file could say otherwise. */
const SETTINGS: readonly Setting[] = [
  ['core.quotePath', 'false'],
  ['core.hooksPath', '/dev/null'],
  ['core.attributesFile', '/dev/null'],
  ['core.fsmonitor', 'false'],
  // Larger files are streamed and have no diff: git would hold several times their size.
  ['core.bigFileThreshold', '32m'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['credential.helper', ''],
  ['protocol.version', '2'],
  ['submodule.recurse', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['log.showSignature', 'false'],
  // Whoever runs a host could lead git to any address inside the own network, and its answer into a mirror (row 21).
  ['http.followRedirects', 'false'],
  ['http.lowSpeedLimit', '100'],
  ['http.lowSpeedTime', '120'],
];

// What reaching the network may need from the machine; nothing else of the parent's environment is passed on.
const NETWORK = [
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'no_proxy',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
] as const;

export interface EnvironmentOptions {
  readonly gitDir?: string;
  /** An empty folder. */
  readonly home: string;
  /** Protocols git may speak; none for reads. */
  readonly protocols?: readonly string[];
  /** A program that tells git the name and password, by git's protocol for such helpers. */
  readonly credentialHelper?: string;
  /** Further ones than every call has. */
  readonly settings?: readonly Setting[];
  readonly extra?: Readonly<Record<string, string>>;
}

/** The whole environment of a git process, from scratch. */
export function gitEnvironment(options: EnvironmentOptions, parent: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const { credentialHelper } = options;
  const settings = [
    ...SETTINGS,
    ...(options.settings ?? []),
    // A shell reads this value; the path in it could hold anything.
    ...(credentialHelper === undefined ? [] : [['credential.helper', '!"$SEXTANT_GIT_CREDENTIALS"'] as const]),
  ];
  const environment: Record<string, string> = {
    PATH: parent['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: options.home,
    LC_ALL: 'C',
    TZ: 'UTC',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: (options.protocols ?? []).join(':'),
    GIT_PROTOCOL_FROM_USER: '0',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_FLUSH: '1',
    GIT_CONFIG_COUNT: String(settings.length),
    ...(credentialHelper === undefined ? {} : { SEXTANT_GIT_CREDENTIALS: credentialHelper }),
    ...options.extra,
  };
  settings.forEach(([key, value], i) => {
    environment[`GIT_CONFIG_KEY_${i}`] = key;
    environment[`GIT_CONFIG_VALUE_${i}`] = value;
  });
  if (options.gitDir) environment['GIT_DIR'] = options.gitDir;
  if (options.protocols?.length) for (const name of NETWORK) if (parent[name]) environment[name] = parent[name];
  return environment;
}
