import type {
  AnyJob,
  CommandContext,
  CommandDeclaration,
  Deps,
  EventType,
  GraphQLModule,
  HealthProbe,
  JobContext,
  JobType,
  Notice,
  PluginContext,
  PluginRouter,
  Point,
  Registrar,
  RetryLater,
  Role,
  Schedule,
  StorageDefinition,
  Token,
  z,
} from '@sextant/sdk';
import { core, ownerOf, SextantError } from '@sextant/sdk';
import { checkRule, type ScheduleRule } from '../jobs/schedule-slot.js';
import '../storage/storage-errors.js';
import { refuseMalformed, refuseRepeated, type Verb } from './malformed-declarations.js';
import { isThenable } from './value-problems.js';

// biome-ignore lint/suspicious/noExplicitAny: the kernel holds parts of any dependencies, instance and configuration
type Instance = any;
type Make = (instance: Instance, ctx: PluginContext) => unknown;
type Hook = (instance: Instance, ctx: PluginContext) => void | Promise<void>;

export interface DeclaredCommand extends CommandDeclaration<z.ZodObject> {
  run(instance: Instance, args: unknown, context: CommandContext): Promise<number>;
}

/** Everything one part declared, in order. Each callback takes the instance of the part first. */
export interface Declarations {
  readonly provides: { readonly token: Token<unknown>; readonly make: Make }[];
  readonly contributes: { readonly point: Point<unknown>; readonly make: Make }[];
  readonly graphql: (() => Promise<GraphQLModule<Instance>>)[];
  readonly http: ((instance: Instance, router: PluginRouter, ctx: PluginContext) => void)[];
  readonly storage: StorageDefinition[];
  readonly jobs: {
    readonly job: AnyJob;
    readonly handle: (instance: Instance, payload: unknown, job: JobContext) => Promise<void | RetryLater>;
  }[];
  readonly schedules: Schedule[];
  readonly events: {
    readonly event: EventType<unknown>;
    readonly listener: (instance: Instance, payload: unknown, notice: Notice) => void | Promise<void>;
    readonly catchUp: JobType<Record<string, never>> | undefined;
  }[];
  readonly health: {
    readonly name: string;
    readonly probe: (instance: Instance, signal: AbortSignal) => Promise<HealthProbe> | HealthProbe;
    readonly every: number;
    readonly critical: boolean;
  }[];
  readonly commands: DeclaredCommand[];
  readonly starts: { readonly hook: Hook; readonly timeout: number }[];
  readonly stops: { readonly hook: Hook; readonly timeout: number }[];
}

const HOOK_TIMEOUT = 10_000;
const HEALTH_EVERY = 30_000;

/** What is known of a part before it declares anything. */
export interface DeclaringPart {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly part: { readonly create?: unknown; register(r: never): void };
}

/** Collects what `register` declares. Once it has returned, every verb throws SEXTANT_REGISTRAR_FROZEN. */
export function collectDeclarations(plugin: string, { name: partName, roles, part }: DeclaringPart): Declarations {
  const d: Declarations = {
    provides: [],
    contributes: [],
    graphql: [],
    http: [],
    storage: [],
    jobs: [],
    schedules: [],
    events: [],
    health: [],
    commands: [],
    starts: [],
    stops: [],
  };
  let frozen = false;
  const open = (verb: Verb, ...args: readonly unknown[]): void => {
    if (frozen) {
      throw new SextantError('SEXTANT_REGISTRAR_FROZEN', {
        what: `Plugin "${plugin}" (part ${partName}) called ${verb}() after register() had returned.`,
        fix: 'Declare everything inside register(), synchronously.',
      });
    }
    refuseMalformed(plugin, partName, roles, verb, args);
  };
  const once = (verb: Verb, declared: readonly string[], name: string): void => refuseRepeated(plugin, partName, verb, declared, name);
  const own = (verb: string, key: string): void => {
    if (ownerOf(key) !== plugin) {
      throw new SextantError('SEXTANT_SERVICE_DUPLICATE', {
        what: `Plugin "${plugin}" (part ${partName}) may not ${verb} "${key}".`,
        why: `The key begins with the id of "${ownerOf(key)}".`,
        fix: `Use a key that begins with "${plugin}.".`,
      });
    }
  };
  // Without `create`, these three take the dependencies, which then are the instance, second.
  const created = part.create !== undefined;
  const registrar: Registrar<Deps> = {
    provide: (token, make) => {
      open('provide', token, make);
      own('provide', token.key);
      once(
        'provide',
        d.provides.map((p) => p.token.key),
        token.key,
      );
      d.provides.push({ token: token as Token<unknown>, make: make as Make });
    },
    contribute: (point, make) => {
      open('contribute', point, make);
      d.contributes.push({ point: point as Point<unknown>, make: make as Make });
    },
    graphql: (load) => {
      open('graphql', load);
      d.graphql.push(load);
    },
    http: (mount) => {
      open('http', mount);
      d.http.push(created ? (mount as never) : (instance, router, ctx) => mount(router, instance, ctx));
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
      d.jobs.push({ job, handle: created ? (handle as never) : (instance, payload, run) => handle(payload as never, instance, run) });
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
    on: (event, listener, options) => {
      open('on', event, listener, options);
      if (options?.catchUp) own('catch up by the job', options.catchUp.name);
      d.events.push({ event: event as EventType<unknown>, listener: listener as never, catchUp: options?.catchUp });
    },
    health: (name, probe, options) => {
      open('health', name, probe, options);
      once(
        'health',
        d.health.map((h) => h.name),
        name,
      );
      d.health.push({ name, probe: probe as never, every: options?.every ?? HEALTH_EVERY, critical: options?.critical ?? false });
    },
    command: (command) => {
      open('command', command);
      once(
        'command',
        d.commands.map((c) => c.name),
        command.name,
      );
      const { run } = command as { readonly run: (...args: readonly unknown[]) => Promise<number> };
      d.commands.push({
        ...command,
        run: (instance, args, context) =>
          created ? run.call(command, instance, args, context) : run.call(command, args, instance, context),
      });
    },
    start: (hook, options) => {
      open('start', hook, options);
      d.starts.push({ hook: hook as Hook, timeout: options?.timeout ?? HOOK_TIMEOUT });
    },
    stop: (hook, options) => {
      open('stop', hook, options);
      d.stops.push({ hook: hook as Hook, timeout: options?.timeout ?? HOOK_TIMEOUT });
    },
  };
  const returned: unknown = part.register(registrar as never);
  frozen = true;
  if (isThenable(returned)) {
    returned.then(undefined, () => undefined);
    throw new SextantError('SEXTANT_PLUGIN_FAILED', {
      what: `Plugin "${plugin}" (part ${partName}): register() returned a promise.`,
      why: 'What is declared after the first await would be lost.',
      fix: 'Make register() synchronous; do the waiting in start().',
    });
  }
  return d;
}

/**
 * A part that asks for the storage needs one: of its manifest, or its own, since another part of the plugin may run in another process.
 * @throws SEXTANT_STORAGE_UNDECLARED, SEXTANT_STORAGE_TWICE
 */
export function refuseMisdeclaredStorage(
  plugin: string,
  part: string,
  deps: Deps,
  { ofManifest, declared }: { readonly ofManifest: boolean; readonly declared: number },
): void {
  if (ofManifest && declared > 0)
    throw new SextantError('SEXTANT_STORAGE_TWICE', {
      what: `Plugin "${plugin}" has a storage in its manifest, and its part ${part} declares one with r.storage().`,
      fix: `Remove r.storage() from the part ${part}.`,
    });
  if (!asksForStorage(deps) || ofManifest || declared > 0) return;
  throw new SextantError('SEXTANT_STORAGE_UNDECLARED', {
    what: `Plugin "${plugin}" (part ${part}) asks for ${core.storage.key} and has not declared a storage.`,
    why: 'Neither the manifest nor this part names the tables.',
    fix: 'Add `storage` to the manifest: definePlugin({ …, storage: { migrations: async () => [ … ] } }).',
  });
}

export const asksForStorage = (deps: Deps): boolean =>
  Object.values(deps).some((dep) => dep.kind !== 'point' && (dep.kind === 'maybe' ? dep.token : dep).key === core.storage.key);
