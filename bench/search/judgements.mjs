/**
 * What a person who asks this wants to see first, judged by reading the source of the packages that the corpus is made of
 * (their versions: `packages.mjs`), and before any answer of the scorer was looked at. `wanted` has up to three files,
 * the best first, as `<package>/<path>`; a declaration and its implementation are two of them.
 * @type {{q: string, wanted: string[]}[]}
 */
export const judgements = [
  // A name that is defined once: its definition, not its uses, copies or type declarations.
  ...inFolder('rxjs/src/internal', {
    debounceTime: ['operators/debounceTime.ts'],
    switchMap: ['operators/switchMap.ts'],
    BehaviorSubject: ['BehaviorSubject.ts'],
    ReplaySubject: ['ReplaySubject.ts', 'operators/shareReplay.ts'],
    parseMarbles: ['testing/TestScheduler.ts'],
    fromEventPattern: ['observable/fromEventPattern.ts'],
    firstValueFrom: ['firstValueFrom.ts'],
    reportUnhandledError: ['util/reportUnhandledError.ts'],
    executeSchedule: ['util/executeSchedule.ts'],
    ObjectUnsubscribedError: ['util/ObjectUnsubscribedError.ts'],
    'no elements in sequence': ['util/EmptyError.ts'],
  }),
  ...inFolder('undici/lib', {
    EnvHttpProxyAgent: ['dispatcher/env-http-proxy-agent.js'],
    RetryHandler: ['handler/retry-handler.js', 'interceptor/retry.js'],
    BalancedPool: ['dispatcher/balanced-pool.js'],
    parseSetCookie: ['web/cookies/parse.js', 'web/cookies/index.js'],
    MockCallHistory: ['mock/mock-call-history.js'],
    EventSourceStream: ['web/eventsource/eventsource-stream.js', 'web/eventsource/eventsource.js'],
    WebsocketFrameSend: ['web/websocket/frame.js'],
    buildConnector: ['core/connect.js'],
    HeadersTimeoutError: ['core/errors.js'],
    extractBody: ['web/fetch/body.js'],
    MemoryCacheStore: ['cache/memory-cache-store.js'],
    multipartFormDataParser: ['web/fetch/formdata-parser.js'],
    'Payload size exceeds maximum allowed size': ['web/websocket/receiver.js'],
    'websocket parseCloseBody': ['web/websocket/receiver.js'],
  }),
  ...inFolder('fastify/lib', {
    ContentTypeParser: ['content-type-parser.js'],
    preSerializationHook: ['reply.js'],
    decorateRequest: ['decorate.js'],
    wrapThenable: ['wrap-thenable.js', 'reply.js'],
    buildRouting: ['route.js'],
    'FST_ERR_CTP_INVALID_MEDIA_TYPE createError': ['errors.js'],
  }),
  ...inFolder('eslint/lib', {
    CodePathAnalyzer: ['linter/code-path-analysis/code-path-analyzer.js'],
    FlatConfigArray: ['config/flat-config-array.js'],
    RuleTester: ['rule-tester/rule-tester.js'],
    getStaticPropertyName: ['rules/utils/ast-utils.js'],
    SourceCodeFixer: ['linter/source-code-fixer.js'],
    'apply-disable-directives': ['linter/apply-disable-directives.js', 'linter/linter.js'],
    'Unnecessary escape character': ['rules/no-useless-escape.js'],
    'repo:eslint no-unused-vars': ['rules/no-unused-vars.js'],
  }),
  ...inFolder('webpack/lib', {
    ModuleConcatenationPlugin: ['optimize/ModuleConcatenationPlugin.js'],
    SplitChunksPlugin: ['optimize/SplitChunksPlugin.js'],
    HotModuleReplacementPlugin: ['hmr/HotModuleReplacementPlugin.js'],
    buildChunkGraph: ['graph/buildChunkGraph.js'],
    ModuleNotFoundError: ['errors/ModuleNotFoundError.js'],
    'class JavascriptParser': ['javascript/JavascriptParser.js'],
    FileSystemInfo: ['fs/FileSystemInfo.js'],
    ConcatenatedModule: ['optimize/ConcatenatedModule.js', 'optimize/ModuleConcatenationPlugin.js'],
    'repo:webpack createHash': ['util/createHash.js'],
  }),
  ...inFolder('rocksdb/deps/rocksdb/rocksdb', {
    BlockBasedTableBuilder: ['table/block_based/block_based_table_builder.h', 'table/block_based/block_based_table_builder.cc'],
    CompactionPicker: ['db/compaction/compaction_picker.h', 'db/compaction/compaction_picker.cc'],
    WriteBatchWithIndex: [
      'include/rocksdb/utilities/write_batch_with_index.h',
      'utilities/write_batch_with_index/write_batch_with_index.cc',
    ],
    InlineSkipList: ['memtable/inlineskiplist.h'],
    'class MemTable': ['db/memtable.h', 'db/memtable.cc'],
    BloomFilterPolicy: ['table/block_based/filter_policy_internal.h', 'table/block_based/filter_policy.cc'],
    'VersionSet::LogAndApply': ['db/version_set.cc'],
    WalManager: ['db/wal_manager.h', 'db/wal_manager.cc'],
    'block checksum mismatch': ['table/block_based/reader_common.cc'],
    GenericRateLimiter: ['util/rate_limiter.h', 'util/rate_limiter.cc'],
  }),
  ...inFolder('re2/vendor', {
    FilteredRE2: ['re2/re2/filtered_re2.h', 're2/re2/filtered_re2.cc'],
    RunWorkqOnByte: ['re2/re2/dfa.cc'],
    SimplifyWalker: ['re2/re2/simplify.cc'],
    PrefilterTree: ['re2/re2/prefilter_tree.h', 're2/re2/prefilter_tree.cc'],
    CordRepBtree: ['abseil-cpp/absl/strings/internal/cord_rep_btree.h', 'abseil-cpp/absl/strings/internal/cord_rep_btree.cc'],
  }),
  ...inFolder('node-sass/src/libsass/src', {
    Base64VLQ: ['base64vlq.hpp', 'base64vlq.cpp'],
    CheckNesting: ['check_nesting.hpp', 'check_nesting.cpp'],
    Prelexer: ['prelexer.hpp', 'prelexer.cpp'],
  }),
  ...inFolder('nodegit/vendor/libgit2/src', {
    git_diff_foreach: ['diff.c'],
    git_merge_trees: ['merge.c'],
    git_rebase_next: ['rebase.c'],
  }),
  ...inFolder('grpc/deps/grpc/src/core', {
    grpc_server_start: ['lib/surface/server.cc'],
    'struct grpc_chttp2_transport': ['ext/transport/chttp2/transport/internal.h'],
    'Too many pings': ['ext/transport/chttp2/transport/chttp2_transport.cc'],
  }),
  ...inFolder('', {
    FabricUIManager: ['react-native/ReactAndroid/src/main/java/com/facebook/react/fabric/FabricUIManager.java'],
    calculateLayoutImpl: ['react-native/ReactCommon/yoga/yoga/algorithm/CalculateLayout.cpp'],
    HeadlessJsTaskService: ['react-native/ReactAndroid/src/main/java/com/facebook/react/HeadlessJsTaskService.kt'],
    ReactInstanceManager: ['react-native/ReactAndroid/src/main/java/com/facebook/react/ReactInstanceManager.java'],
    'repo:lodash baseClone': ['lodash/_baseClone.js', 'lodash/lodash.js'],
    'class WebGLRenderer': ['three/src/renderers/WebGLRenderer.js'],
    OrbitControls: ['three/examples/jsm/controls/OrbitControls.js'],
    'Quaternion slerp repo:three': ['three/src/math/Quaternion.js'],
    layoutSankey: ['echarts/lib/chart/sankey/sankeyLayout.js'],
    createApplication: ['express/lib/express.js'],
    'does not provide a view engine': ['express/lib/view.js'],
    'trust proxy repo:express': ['express/lib/application.js'],
  }),
];

/** Judgements of one folder: its queries, and their files below it. */
export function inFolder(folder, wanted) {
  const below = (path) => (folder === '' ? path : `${folder}/${path}`);
  return Object.entries(wanted).map(([q, paths]) => ({ q, wanted: paths.map(below) }));
}
