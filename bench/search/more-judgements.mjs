import { inFolder } from './judgements.mjs';

/**
 * A second set, of the packages in `more-packages.mjs`, in other languages and by other projects: written like the first and before
 * any answer to them was looked at, so that a change of the scorer can be seen on questions that it was not made for.
 * @type {{q: string, wanted: string[]}[]}
 */
export const moreJudgements = [
  ...inFolder('flask/flask', {
    'class Blueprint': ['blueprints.py', 'sansio/blueprints.py'],
    copy_current_request_context: ['ctx.py'],
    securecookiesessioninterface: ['sessions.py'],
    'outside of request context': ['globals.py'],
    jsonify: ['json/__init__.py'],
  }),
  ...inFolder('django/django', {
    QuerySet: ['db/models/query.py'],
    get_object_or_404: ['shortcuts.py'],
    CsrfViewMiddleware: ['middleware/csrf.py'],
    MultipleObjectsReturned: ['core/exceptions.py'],
    'migration autodetector': ['db/migrations/autodetector.py'],
    prefetch_related_objects: ['db/models/query.py'],
    slugify: ['utils/text.py', 'template/defaultfilters.py'],
    "Apps aren't loaded yet": ['apps/registry.py'],
    login_required: ['contrib/auth/decorators.py'],
    'reverse_lazy repo:django': ['urls/base.py'],
    'repo:django SQLCompiler': ['db/models/sql/compiler.py'],
  }),
  ...inFolder('sqlalchemy/sqlalchemy', {
    scoped_session: ['orm/scoping.py'],
    QueuePool: ['pool/impl.py'],
    create_engine: ['engine/create.py'],
    DetachedInstanceError: ['orm/exc.py'],
    sessionmaker: ['orm/session.py'],
    'topological sort_as_subsets': ['util/topological.py'],
    DeclarativeBase: ['orm/decl_api.py'],
    'limit of size overflow reached': ['pool/impl.py'],
  }),
  ...inFolder('gin', {
    RouterGroup: ['routergroup.go'],
    ShouldBindJSON: ['context.go'],
    customrecoverywithwriter: ['recovery.go'],
    responseWriter: ['response_writer.go'],
    addRoute: ['tree.go', 'gin.go'],
  }),
  ...inFolder('prometheus', {
    LeveledCompactor: ['tsdb/compact.go'],
    histogramQuantile: ['promql/functions.go', 'promql/quantile.go'],
    'queue manager resharding': ['storage/remote/queue_manager.go'],
    scrapeLoop: ['scrape/scrape.go'],
    'query timed out in': ['promql/engine.go'],
    AlertingRule: ['rules/alerting.go'],
    FastRegexMatcher: ['model/labels/regexp.go'],
    MemPostings: ['tsdb/index/postings.go'],
    'xor appender': ['tsdb/chunkenc/xor.go'],
  }),
  ...inFolder('bbolt', {
    ErrDatabaseNotOpen: ['errors.go'],
    'db batch repo:bbolt': ['db.go'],
    'node rebalance': ['node.go', 'bucket.go'],
  }),
  ...inFolder('tokio/src', {
    JoinSet: ['task/join_set.rs'],
    spawn_blocking: ['task/blocking.rs', 'runtime/blocking/pool.rs'],
    OwnedSemaphorePermit: ['sync/semaphore.rs'],
    MissedTickBehavior: ['time/interval.rs'],
    'there is no reactor running': ['util/error.rs'],
    AsyncReadExt: ['io/util/async_read_ext.rs'],
    OnceCell: ['sync/once_cell.rs', 'util/once_cell.rs'],
    copy_bidirectional: ['io/util/copy_bidirectional.rs'],
    'struct UnboundedSender': ['sync/mpsc/unbounded.rs'],
  }),
  ...inFolder('regex-automata/src', {
    PikeVM: ['nfa/thompson/pikevm.rs', 'meta/wrappers.rs'],
    BoundedBacktracker: ['nfa/thompson/backtrack.rs', 'meta/wrappers.rs'],
    ByteClasses: ['util/alphabet.rs'],
    LazyStateID: ['hybrid/id.rs'],
  }),
  ...inFolder('guava/com/google/common', {
    ImmutableList: ['collect/ImmutableList.java'],
    RateLimiter: ['util/concurrent/RateLimiter.java'],
    'class Splitter': ['base/Splitter.java'],
    checkArgument: ['base/Preconditions.java'],
    hashbimap: ['collect/HashBiMap.java'],
    'cache builder expireAfterWrite': ['cache/CacheBuilder.java'],
    toStringHelper: ['base/MoreObjects.java'],
    murmur3_128: ['hash/Hashing.java', 'hash/Murmur3_128HashFunction.java'],
    newArrayListWithCapacity: ['collect/Lists.java'],
  }),
  ...inFolder('okhttp/okhttp3', {
    ConnectionPool: ['ConnectionPool.kt', 'internal/connection/RealConnectionPool.kt'],
    Http2Connection: ['internal/http2/Http2Connection.kt'],
    CertificatePinner: ['CertificatePinner.kt'],
    DiskLruCache: ['internal/cache/DiskLruCache.kt'],
    'Too many follow-up requests': ['internal/http/RetryAndFollowUpInterceptor.kt'],
  }),
  ...inFolder('capacitor-ios/Capacitor/Capacitor', {
    CAPBridgeViewController: ['CAPBridgeViewController.swift'],
    WebViewDelegationHandler: ['WebViewDelegationHandler.swift'],
    JSValueEncoder: ['Codable/JSValueEncoder.swift'],
  }),
  ...inFolder('jquery/src', {
    buildFragment: ['manipulation/buildFragment.js'],
    createTween: ['effects.js'],
    addToPrefiltersOrTransports: ['ajax.js'],
    'deferred exceptionHook': ['deferred/exceptionHook.js', 'deferred.js'],
  }),
];
