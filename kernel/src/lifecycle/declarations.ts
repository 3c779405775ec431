import type {
  AnyJob,
  CommandDefinition,
  ConfigSchema,
  Deps,
  GraphQLPart,
  HealthProbe,
  Hook,
  JobHandler,
  Make,
  PluginContext,
  PluginRouter,
  Point,
  Registrar,
  Resolved,
  Role,
  Schedule,
  StorageDefinition,
  Token,
} from '@sextant/sdk';
import { core, ownerOf, SextantError } from '@sextant/sdk';
import { checkRule, type ScheduleRule } from '../jobs/schedule-slot.js';
import '../storage/storage-errors.js';
import { refuseMalformed, refuseRepeated, type Verb } from './malformed-declarations.js';
import { isThenable } from './value-problems.js';

// biome-ignore lint/suspicious/noExplicitAny: the kernel holds parts of any dependencies and configuration
type AnyDeps = any;

/** Everything one part declared, in order. */
export interface Declarations {
  readonly provides: { readonly token: Token<unknown>; readonly make: Make<unknown, AnyDeps, ConfigSchema> }[];
  readonly contributes: { readonly point: Point<unknown>; readonly make: Make<unknown, AnyDeps, ConfigSchema> }[];
  readonly graphql: (() => Promise<{ readonly default: GraphQLPart<AnyDeps> }>)[];
  readonly http: ((router: PluginRouter, deps: Resolved<AnyDeps>, ctx: PluginContext) => void)[];
  readonly storage: StorageDefinition[];
  readonly jobs: { readonly job: AnyJob; readonly handle: JobHandler<AnyJob, AnyDeps> }[];
  readonly schedules: Schedule[];
  readonly health: {
    readonly name: string;
    readonly probe: (deps: Resolved<AnyDeps>, signal: AbortSignal) => Promise<HealthProbe> | HealthProbe;
    readonly every: number;
    readonly critical: boolean;
  }[];
  readonly commands: CommandDefinition<AnyDeps, ConfigSchema>[];
  readonly starts: { readonly hook: Hook<AnyDeps, ConfigSchema>; readonly timeout: number }[];
  readonly stops: { readonly hook: Hook<AnyDeps, ConfigSchema>; readonly timeout: number }[];
}

const HOOK_TIMEOUT = 10_000;
const HEALTH_EVERY = 30_000;

/** Collects what `register` declares. Once it has returned, every verb throws SEXTANT_REGISTRAR_FROZEN. */
export function collectDeclarations(plugin: string, role: Role, register: (r: Registrar<Deps>) => void): Declarations {
  const d: Declarations = {
    provides: [],
    contributes: [],
    graphql: [],
    http: [],
    storage: [],
    jobs: [],
    schedules: [],
    health: [],
    commands: [],
    starts: [],
    stops: [],
  };
  let frozen = false;
  const open = (verb: Verb, ...args: readonly unknown[]): void => {
    if (frozen) {
      throw new SextantError('SEXTANT_REGISTRAR_FROZEN', {
        what: `Plugin "${plugin}" (part ${role}) called ${verb}() after register() had returned.`,
        fix: 'Declare everything inside register(), synchronously.',
      });
    }
    refuseMalformed(plugin, role, verb, args);
  };
  const once = (verb: Verb, declared: readonly string[], name: string): void => refuseRepeated(plugin, role, verb, declared, name);
  const own = (verb: string, key: string): void => {
    if (ownerOf(key) !== plugin) {
      throw new SextantError('SEXTANT_SERVICE_DUPLICATE', {
        what: `Plugin "${plugin}" (part ${role}) may not ${verb} "${key}".`,
        why: `The key begins with the id of "${ownerOf(key)}".`,
        fix: `Use a key that begins with "${plugin}.".`,
      });
    }
  };
  const registrar: Registrar<Deps> = {
    provide: (token, make) => {
      open('provide', token, make);
      own('provide', token.key);
      once(
        'provide',
        d.provides.map((p) => p.token.key),
        token.key,
      );
      d.provides.push({ token: token as Token<unknown>, make: make as Make<unknown, AnyDeps, ConfigSchema> });
    },
    contribute: (point, make) => {
      open('contribute', point, make);
      d.contributes.push({ point: point as Point<unknown>, make: make as Make<unknown, AnyDeps, ConfigSchema> });
    },
    graphql: (load) => {
      open('graphql', load);
      d.graphql.push(load);
    },
    http: (mount) => {
      open('http', mount);
      d.http.push(mount);
    },
    storage: (definition) => {
      open('storage', definition);
      d.storage.push(definition);
    },
    job: (job, handle) => {
      open('job', job, handle);
      own('handle the job', job.name);
      once(
        'job',
        d.jobs.map((j) => j.job.name),
        job.name,
      );
      d.jobs.push({ job, handle: handle as JobHandler<AnyJob, AnyDeps> });
    },
    schedule: (schedule) => {
      open('schedule', schedule);
      own('schedule the job', schedule.job.name);
      once(
        'schedule',
        d.schedules.map((other) => other.id),
        schedule.id,
      );
      if ('cron' in schedule || typeof schedule.every === 'number') checkRule(`${plugin}/${schedule.id}`, schedule as ScheduleRule);
      d.schedules.push(schedule as Schedule);
    },
    health: (name, probe, options) => {
      open('health', name, probe, options);
      once(
        'health',
        d.health.map((h) => h.name),
        name,
      );
      d.health.push({ name, probe, every: options?.every ?? HEALTH_EVERY, critical: options?.critical ?? false });
    },
    command: (command) => {
      open('command', command);
      once(
        'command',
        d.commands.map((c) => c.name),
        command.name,
      );
      d.commands.push(command);
    },
    start: (hook, options) => {
      open('start', hook, options);
      d.starts.push({ hook, timeout: options?.timeout ?? HOOK_TIMEOUT });
    },
    stop: (hook, options) => {
      open('stop', hook, options);
      d.stops.push({ hook, timeout: options?.timeout ?? HOOK_TIMEOUT });
    },
  };
  const returned: unknown = register(registrar);
  frozen = true;
  if (isThenable(returned)) {
    returned.then(undefined, () => undefined);
    throw new SextantError('SEXTANT_PLUGIN_FAILED', {
      what: `Plugin "${plugin}" (part ${role}): register() returned a promise.`,
      why: 'What is declared after the first await would be lost.',
      fix: 'Make register() synchronous; do the waiting in start().',
    });
  }
  return d;
}

/** By part, since another part of the plugin may run in another process. @throws SEXTANT_STORAGE_UNDECLARED */
export function refuseUndeclaredStorage(plugin: string, role: Role, deps: Deps, { storage }: Declarations): void {
  const asks = Object.values(deps).some((dep) => dep.kind !== 'point' && (dep.kind === 'maybe' ? dep.token : dep).key === core.storage.key);
  if (!asks || storage.length > 0) return;
  throw new SextantError('SEXTANT_STORAGE_UNDECLARED', {
    what: `Plugin "${plugin}" (part ${role}) asks for ${core.storage.key} and has not declared a storage.`,
    why: 'Another part that does may run in another process.',
    fix: `Call r.storage() in register() of the part ${role}, with the same migrations as in the plugin’s other parts.`,
  });
}
