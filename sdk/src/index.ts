import './errors/sdk-errors.js';

export { type ConfigOf, type ConfigSchema, type ConfigView, secret, z } from './config/config.js';
export { bytes, duration, parseDuration } from './config/units.js';
export {
  type Actor,
  type Actors,
  ANONYMOUS,
  type Authenticator,
  allows,
  type Credentials,
  type Gate,
  type PeerAccount,
  permits,
  type RequestOrigin,
} from './core/actor.js';
export type { AdministrativeAct, AdministrativeActs } from './core/acts.js';
export type { BlobInfo, Blobs } from './core/blobs.js';
export type { Cache, LimitDecision, Limits } from './core/cache.js';
export type { Clock } from './core/clock.js';
export type { CommandContext, CommandDeclaration, CommandDefinition, CommandOutput } from './core/command.js';
export { defineEvent, type Events, type EventType, type Notice } from './core/events.js';
export type { HealthProbe } from './core/health.js';
export type { EnqueueOptions, JobRecord, JobState, Jobs, JobsOverview, JobWorker } from './core/jobs.js';
export type { Logger } from './core/log.js';
export type { Labels, Meter, OpenSpan } from './core/meter.js';
export type { NodeKind } from './core/node-kind.js';
export type { OutboundHttp, OutboundRequest } from './core/outbound-http.js';
export type { PluginState, PluginStatus, Plugins } from './core/plugins.js';
export type { DataFolders, Process } from './core/process.js';
export type { ProgramExit, ProgramOptions, Programs, RunningProgram } from './core/programs.js';
export { type RecentSignIn, recentSignInRefusal } from './core/recent-sign-in.js';
export type { Secrets } from './core/secrets.js';
export type {
  EntityClass,
  Migration,
  Queryable,
  Repository,
  Row,
  SealedColumn,
  Storage,
  StorageDefinition,
  Tx,
  Where,
} from './core/storage.js';
export { storageProblems } from './core/storage-problems.js';
export { core } from './core/tokens.js';
export { defineError, type ErrorClass, isErrorClass, registerErrors } from './errors/define-error.js';
export { allErrorCodes, declareErrors, type ErrorCode, errorCode } from './errors/error-codes.js';
export { type ErrorText, SextantError } from './errors/sextant-error.js';
export type { DeclaredPermissions } from './graphql/declared-permissions.js';
export {
  type BatchLoad,
  decodeNodeId,
  defineGraphQL,
  encodeNodeId,
  type GraphQLModule,
  type GraphQLPart,
  type GraphQLSchemaText,
  type Loader,
  type Operation,
  type ResolveInfo,
  type Resolver,
  type ResolverMap,
  type ScalarDefinition,
  type SubscriptionResolver,
  type TypedResolvers,
} from './graphql/graphql-part.js';
export type { OperationObserver, SeenOperation } from './graphql/operation-observer.js';
export { addressBlock } from './http/address-block.js';
export type { AllowedOrigins } from './http/allowed-origins.js';
export { askGates } from './http/ask-gates.js';
export type { PluginRouter, RouteHandler, RouteOptions, RouteReply, RouteRequest } from './http/router.js';
export { type AnyJob, defineJob, type JobContext, type JobHandler, type JobType, jobProblems, type RetryLater } from './jobs/job-type.js';
export type { PluginContext } from './plugin/context.js';
export type { InstanceRegistrar } from './plugin/instance-registrar.js';
export { definePlugin, type Manifest, manifestProblems, type Toggle } from './plugin/manifest.js';
export { type LoadPart, type ManifestParts, type NamedPart, type PartEntry, type PartModule, partsOf } from './plugin/manifest-parts.js';
export { type Create, type CreateContext, definePart, type InstanceFactory, type Part } from './plugin/part.js';
export type { Hook, Make, Registrar, Schedule } from './plugin/registrar.js';
export { isRole, ROLES, type Role } from './plugin/role.js';
export type { Contribution, Deps, Resolved } from './tokens/deps.js';
export {
  extensionPoint,
  type Key,
  type Maybe,
  maybe,
  ownerOf,
  type Point,
  type Remote,
  type RemoteMethod,
  type RemoteNode,
  serviceToken,
  type Token,
} from './tokens/token.js';
export { CommitOid } from './values/commit-oid.js';
export { IdSet } from './values/id-set.js';
export {
  cursorNumber,
  encodeCursor,
  type Page,
  type PageArguments,
  type PageInfo,
  type PageRequest,
  pageOf,
  pageRequest,
} from './values/page.js';
export { RepoName } from './values/repo-name.js';
export { RepoPath } from './values/repo-path.js';
export { RevSpec } from './values/rev-spec.js';
export { Secret } from './values/secret.js';
