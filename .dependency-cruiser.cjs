// Who may import whom (docs/adr/0004). scripts/check-layers.mjs runs these rules, and fails besides on a file of no layer and on an empty graph.

/** Every file of the repository belongs to exactly one of these; `dist` is the compiled form of the same layer. */
const LAYERS = {
  sdk: '^sdk/(?:src|dist)/',
  'sdk-testing': '^sdk/testing/',
  'sdk-tsyringe': '^sdk/tsyringe/',
  'sdk-web': '^sdk/web/',
  config: '^config/',
  kernel: '^kernel/',
  plugin: '^plugins/[^/]+/',
  host: '^hosts/[^/]+/',
  example: '^examples/',
  bench: '^bench/',
  scripts: '^(?:scripts/|[^/]+\\.(?:mjs|cjs|mts)$)',
};

/** What each layer may import of ours, itself aside. Plugins and examples have finer rules below. */
const MAY_IMPORT = {
  sdk: [],
  'sdk-testing': ['sdk', 'config', 'kernel'],
  'sdk-tsyringe': ['sdk'],
  'sdk-web': ['sdk'],
  config: ['sdk'],
  kernel: ['sdk', 'config'],
  plugin: ['sdk', 'sdk-tsyringe', 'sdk-web'],
  host: ['sdk', 'config', 'kernel', 'plugin'],
  example: ['sdk', 'sdk-testing', 'sdk-tsyringe', 'sdk-web', 'plugin'],
  bench: ['sdk', 'sdk-testing', 'config', 'kernel', 'plugin', 'host', 'example'],
  scripts: ['sdk', 'sdk-testing', 'config', 'kernel', 'plugin', 'host'],
};

const TEST = '\\.test\\.[cm]?tsx?$';
/** What a plugin publishes for tests (`./testing`): builders, and the contract suites of its extension points. */
const TEST_SUPPORT = '^plugins/[^/]+/src/testing/';
/** What a host's tests stand on: builders, and the rows of the leak matrix. It is not built. */
const HOST_TEST_SUPPORT = '^hosts/[^/]+/src/(?:testing|leak-matrix)/';
const FRAMEWORK = '^node_modules/(?:inversify|@inversifyjs|graphql-modules|typeorm|koa|@koa)/';
const anyOf = (names) => names.map((name) => LAYERS[name]).join('|');

const layerRules = Object.entries(MAY_IMPORT).map(([layer, allowed]) => ({
  name: `${layer}-imports-${allowed.length === 0 ? 'nothing-of-ours' : allowed.join('-')}`,
  severity: 'error',
  from: { path: LAYERS[layer], pathNot: [TEST, TEST_SUPPORT, HOST_TEST_SUPPORT] },
  to: { path: anyOf(Object.keys(LAYERS)), pathNot: anyOf([layer, ...allowed]) },
}));

/** A test may use the test kernel; that is the one arrow that points up. */
const testRules = Object.entries(MAY_IMPORT).map(([layer, allowed]) => ({
  name: `tests-of-${layer}`,
  severity: 'error',
  from: { path: `(?:${LAYERS[layer]}).*${TEST}` },
  to: { path: anyOf(Object.keys(LAYERS)), pathNot: anyOf([layer, ...allowed, 'sdk-testing', 'sdk']) },
}));

module.exports = {
  layers: LAYERS,
  forbidden: [
    ...layerRules,
    ...testRules,
    {
      name: 'test-support-of-plugins',
      severity: 'error',
      from: { path: TEST_SUPPORT },
      to: { path: anyOf(Object.keys(LAYERS)), pathNot: anyOf(['plugin', ...MAY_IMPORT.plugin, 'sdk-testing']) },
    },
    {
      name: 'test-support-of-hosts',
      severity: 'error',
      from: { path: HOST_TEST_SUPPORT },
      to: { path: anyOf(Object.keys(LAYERS)), pathNot: anyOf(['host', ...MAY_IMPORT.host, 'sdk-testing']) },
    },
    {
      name: 'test-support-stays-in-tests',
      severity: 'error',
      from: { path: '^(?:plugins|hosts)/[^/]+/src/', pathNot: [TEST, TEST_SUPPORT, HOST_TEST_SUPPORT, '/testing/'] },
      to: { path: [TEST_SUPPORT, HOST_TEST_SUPPORT] },
    },
    {
      name: 'plugins-meet-at-api',
      comment:
        "A plugin imports of another plugin its api alone: '@sextant/plugin-<id>/api'. Tests may take its manifest too, to start it.",
      severity: 'error',
      from: { path: '^plugins/([^/]+)/', pathNot: [TEST, TEST_SUPPORT] },
      to: { path: '^plugins/', pathNot: ['^plugins/$1/', '^plugins/[^/]+/(?:src|dist)/api\\.'] },
    },
    {
      name: 'plugin-tests-meet-at-published-entries',
      severity: 'error',
      from: { path: `^plugins/([^/]+)/(?:.*${TEST}|src/testing/)` },
      to: { path: '^plugins/', pathNot: ['^plugins/$1/', '^plugins/[^/]+/dist/(?:api|manifest|testing/index)\\.'] },
    },
    {
      name: 'parts-run-apart',
      comment: 'Parts of one plugin may run in different processes. What two of them need is the domain, beside parts/.',
      severity: 'error',
      from: { path: '^plugins/([^/]+)/src/parts/([^/]+)/', pathNot: TEST },
      to: { path: '^plugins/$1/src/parts/', pathNot: '^plugins/$1/src/parts/$2/' },
    },
    {
      name: 'domain-knows-no-part',
      severity: 'error',
      from: { path: '^plugins/([^/]+)/src/(?!parts/|manifest\\.)', pathNot: TEST },
      to: { path: '^plugins/$1/src/parts/' },
    },
    {
      name: 'hosts-take-plugins-by-manifest',
      severity: 'error',
      from: { path: '^hosts/', pathNot: [TEST, HOST_TEST_SUPPORT] },
      to: { path: '^plugins/', pathNot: '^plugins/[^/]+/dist/(?:api|manifest)\\.' },
    },
    {
      name: 'host-tests-meet-plugins-at-published-entries',
      severity: 'error',
      from: { path: `^hosts/(?:.*${TEST}|[^/]+/src/(?:testing|leak-matrix)/)` },
      to: { path: '^plugins/', pathNot: '^plugins/[^/]+/dist/(?:api|manifest|testing/index)\\.' },
    },
    {
      name: 'examples-use-published-entries',
      comment: 'An example reads like the work of somebody outside: it names packages, and reaches no file of ours by a path.',
      severity: 'error',
      from: { path: '^examples/([^/]+)/' },
      to: { path: anyOf(Object.keys(LAYERS)), pathNot: ['^examples/$1/', '/dist/'] },
    },
    {
      name: 'framework-behind-the-kernel',
      severity: 'error',
      from: { pathNot: ['^kernel/', '^scripts/', '^bench/', '^sdk/src/storage/', '^sdk/dist/storage/'] },
      to: { path: FRAMEWORK },
    },
    {
      name: 'sdk-storage-shows-typeorm-alone',
      severity: 'error',
      from: { path: '^sdk/src/storage/' },
      to: { path: FRAMEWORK, pathNot: '^node_modules/typeorm/' },
    },
    { name: 'tsyringe-in-its-own-entry', severity: 'error', from: { pathNot: '^sdk/tsyringe/' }, to: { path: '^node_modules/tsyringe/' } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-cycles',
      comment:
        'A part loads its graphql.ts when it runs, and that names `typeof part`, a type: this one circle is none when the program runs.',
      severity: 'error',
      from: { pathNot: [TEST, '/graphql\\.ts$', '/part\\.ts$'] },
      to: { circular: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: ['^node_modules/(?!inversify|@inversifyjs|graphql-modules|typeorm|koa|@koa|tsyringe)'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      // Some packages are types and nothing else.
      mainFields: ['module', 'main', 'types'],
      conditionNames: ['types', 'import', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
