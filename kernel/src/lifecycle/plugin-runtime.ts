import type { CommandOutput, ConfigView, Deps, PluginContext, Role, StorageDefinition, Token } from '@sextant/sdk';
import { core, SextantError } from '@sextant/sdk';
import type { Boundary } from '../boundary/boundary.js';
import type { KernelContainer } from '../container/kernel-container.js';
import { internalActor, runAs } from '../services/actors.js';
import { asksForStorage } from './declarations.js';
import { graphQLPartOf, refuseNothing, refuseUnfitService } from './malformed-values.js';
import { PartInstance } from './part-instance.js';
import type { LoadedPart, PluginRecord } from './plugin-record.js';
import type { Points } from './points.js';
import type { GraphQLContribution, Wiring } from './wiring.js';

const FACTORY_TIMEOUT = 30_000;
const GRAPHQL_TIMEOUT = 30_000;

interface RuntimeServices {
  readonly container: KernelContainer;
  readonly points: Points;
  readonly boundary: Boundary;
  readonly wiring: Wiring;
  readonly roles: readonly Role[];
}

/** One life of one plugin, from its first factory to its last stop hook. A plugin that is enabled again gets a new one. */
export class PluginRuntime {
  readonly #controller = new AbortController();
  /** Undone in reverse when the plugin stops. */
  readonly #undo: (Disposable | AsyncDisposable)[] = [];
  readonly #entrances: (Disposable | AsyncDisposable)[] = [];
  readonly #graphql: GraphQLContribution[] = [];
  /** By the name of the part. */
  readonly #instances = new Map<string, PartInstance>();
  readonly #started: LoadedPart[] = [];
  /** Keys that a part of this plugin has made: another may declare the same service for processes where that part does not run. */
  readonly #provided = new Set<string>();
  readonly context: PluginContext;

  constructor(
    readonly record: PluginRecord,
    private readonly config: ConfigView<unknown>,
    private readonly services: RuntimeServices,
  ) {
    const { container } = services;
    this.context = {
      id: record.id,
      version: record.manifest.version,
      roles: services.roles,
      log: container.require(core.log, record.id),
      config: config as ConfigView<never>,
      signal: this.#controller.signal,
      meter: container.require(core.meter, record.id),
      degrade: (reason) => record.degrade(reason),
    };
  }

  get graphql(): readonly GraphQLContribution[] {
    return this.#graphql;
  }

  async migrate(): Promise<void> {
    const definitions = this.#storageDefinitions();
    if (definitions.length === 0) return;
    const storage = await this.services.wiring.migrate(this.record, definitions, this.#controller.signal);
    if (storage) this.#undo.push(storage);
  }

  /** A storage of the manifest concerns a process that migrates, and one with a part that asks for it. */
  #storageDefinitions(): readonly StorageDefinition[] {
    const { manifest, parts } = this.record;
    if (!manifest.storage) return parts.flatMap((p) => p.declarations.storage);
    return this.services.roles.includes('migrator') || parts.some(({ part }) => asksForStorage(part.deps)) ? [manifest.storage] : [];
  }

  /** Makes the part's instance, then its services and contributions. They are published when all of the part exist. */
  async init(loaded: LoadedPart): Promise<void> {
    const { name, part, declarations } = loaded;
    const { container, points, boundary } = this.services;
    const deps = this.#resolve(part.deps, loaded);
    const instance = new PartInstance(loaded, { boundary, context: this.context, deps });
    this.#instances.set(name, instance);
    // Undone after the services that are made of it, and before the storage that it may use.
    this.#undo.push(instance);
    await instance.create();
    const made: { token: Token<unknown>; value: unknown }[] = [];
    for (const { token, make } of declarations.provides) {
      if (this.#provided.has(token.key)) continue;
      this.#provided.add(token.key);
      const value = await boundary.run(
        { plugin: this.record.id, kind: 'factory', name: token.key },
        { deadline: FACTORY_TIMEOUT, signal: this.#controller.signal },
        () => make(instance.value, this.context),
      );
      refuseUnfitService(this.record.id, name, token, value);
      made.push({ token, value });
    }
    for (const { token, value } of made) {
      container.publish(token, value);
      this.#undo.push({ [Symbol.dispose]: () => container.withdraw(token) });
      // By the roles of the process, not of the part: which part makes a service that several declare means nothing.
      if (token.remote && this.services.roles.includes(token.remote.role))
        this.#entrances.push(this.services.wiring.expose(token, value, this.record.id));
    }
    for (const { point, make } of declarations.contributes) {
      const value = await boundary.run(
        { plugin: this.record.id, kind: 'factory', name: point.key },
        { deadline: FACTORY_TIMEOUT, signal: this.#controller.signal },
        () => make(instance.value, this.context),
      );
      refuseNothing(this.record.id, name, point.key, value);
      this.#undo.push(points.add(point, this.record.id, value, (reason) => void this.record.degrade(reason)));
    }
  }

  /** Loads the GraphQL parts; the schema itself is composed over all plugins. */
  async prepareGraphQL(): Promise<void> {
    for (const { name, declarations } of this.record.parts) {
      for (const load of declarations.graphql) {
        const module = await this.services.boundary.run(
          { plugin: this.record.id, kind: 'hook', name: `load GraphQL (${name})` },
          { deadline: GRAPHQL_TIMEOUT, signal: this.#controller.signal },
          () => load(),
        );
        this.#graphql.push({
          plugin: this.record.id,
          part: graphQLPartOf(this.record.id, name, module),
          deps: this.#instanceOf(name),
          ctx: this.context,
        });
      }
    }
  }

  async start(loaded: LoadedPart): Promise<void> {
    const { boundary } = this.services;
    const { name: part, declarations } = loaded;
    this.#started.push(loaded);
    for (const [index, { hook, timeout }] of declarations.starts.entries()) {
      const name = declarations.starts.length > 1 ? `start#${index + 1}` : 'start';
      await boundary.run(
        { plugin: this.record.id, kind: 'hook', name: `${name} (${part})` },
        { deadline: timeout, signal: this.#controller.signal },
        () => hook(this.#instanceOf(part), this.context),
      );
    }
  }

  /** Opens the entrances: routes, job handlers, schedules, events, probes. */
  async open({ name: part, declarations }: LoadedPart): Promise<void> {
    const { wiring } = this.services;
    const instance = this.#instanceOf(part);
    const { id } = this.record;
    for (const mount of declarations.http) this.#entrances.push(wiring.mountRoutes(id, (router) => mount(instance, router, this.context)));
    for (const { job, handle } of declarations.jobs) {
      const actor = internalActor(id);
      this.#entrances.push(
        wiring.handleJob(id, job, (payload, run) =>
          runAs(actor, () =>
            handle(instance, payload, {
              id: run.id,
              attempt: run.attempt,
              signal: run.signal,
              log: this.context.log.child({ job: job.name, jobId: run.id }),
              config: this.config.get() as never,
              actor,
              progress: (text) => run.progress(text),
              retryLater: (reason, options) => run.retryLater(reason, options),
            }),
          ),
        ),
      );
    }
    for (const schedule of declarations.schedules) this.#entrances.push(wiring.schedule(id, schedule as never, this.config));
    for (const { event, listener } of declarations.events)
      this.#entrances.push(wiring.subscribe(id, event, (payload, notice) => listener(instance, payload, notice)));
    // After all are heard: what is published meanwhile is in the event, or in what the job finds.
    for (const { catchUp } of declarations.events) if (catchUp) await wiring.enqueue(id, catchUp);
    for (const { name, probe, every, critical } of declarations.health) {
      this.#entrances.push(
        wiring.probe(
          id,
          name,
          (signal) => probe(instance, signal),
          { every, critical },
          (reason) => this.record.degrade(reason),
        ),
      );
    }
  }

  /** Runs one of the plugin's commands to its exit code. Without a deadline: people decide how long they wait. */
  async command(name: string, args: unknown, out: CommandOutput, signal: AbortSignal): Promise<number> {
    for (const { name: part, declarations } of this.record.parts) {
      const command = declarations.commands.find((c) => c.name === name);
      if (!command) continue;
      return await this.services.boundary.run({ plugin: this.record.id, kind: 'command', name }, { deadline: 0, signal }, (aborted) =>
        runAs(internalActor(this.record.id), () =>
          command.run(this.#instanceOf(part), args, { out, signal: aborted, plugin: this.context }),
        ),
      );
    }
    throw new Error(`the plugin has no command "${name}" in this process`);
  }

  /** Closes the entrances; resolves when what came in through them has ended. */
  async close(): Promise<void> {
    // None waits for another: the slowest job or request decides.
    const closing = this.#entrances.splice(0).map((entrance) => disposeAll([entrance], this.#closingFailed));
    await Promise.all(closing);
  }

  readonly #closingFailed = (error: unknown): void => this.context.log.error('closing an entrance failed', { error });

  /** Stop hooks in reverse, then everything the plugin published, then the instances of its parts. Never throws. */
  async stop(): Promise<void> {
    const { boundary, container } = this.services;
    for (const { name, declarations } of this.#started.splice(0).reverse()) {
      for (const { hook, timeout } of [...declarations.stops].reverse()) {
        await boundary
          .run({ plugin: this.record.id, kind: 'hook', name: `stop (${name})` }, { deadline: timeout }, () =>
            hook(this.#instanceOf(name), this.context),
          )
          .catch((error: unknown) => this.context.log.error('a stop hook failed', { error }));
      }
    }
    this.#controller.abort(new DOMException(`plugin ${this.record.id} stops`, 'AbortError'));
    await disposeAll(this.#undo.splice(0), (error) => this.context.log.error('undoing a declaration failed', { error }));
    container.release(this.record.id);
  }

  #instanceOf(part: string): unknown {
    return this.#instances.get(part)?.value;
  }

  /**
   * Optional services are getters: they follow their provider as it comes and goes. So is a service that the part provides itself, which is made
   * after its instance.
   */
  #resolve(deps: Deps, { name: part, declarations }: LoadedPart): Record<string, unknown> {
    const { container, points, wiring } = this.services;
    const find = (token: Token<unknown>): unknown =>
      container.get(token, this.record.id) ?? (wiring.remoteKeys.has(token.key) ? wiring.remoteClient(token) : undefined);
    const resolved: Record<string, unknown> = {};
    const live = (name: string, get: () => unknown): void => void Object.defineProperty(resolved, name, { enumerable: true, get });
    for (const [name, dep] of Object.entries(deps)) {
      if (dep.kind === 'point') resolved[name] = points.list(dep);
      else if (dep.kind === 'maybe') live(name, () => find(dep.token));
      else if (find(dep) === undefined && declarations.provides.some(({ token }) => token.key === dep.key))
        live(name, () => find(dep) ?? notYetMade(this.record.id, part, name, dep.key));
      else resolved[name] = find(dep);
    }
    return resolved;
  }
}

function notYetMade(plugin: string, part: string, name: string, key: string): never {
  throw new SextantError('SEXTANT_SERVICE_OWN', {
    what: `Plugin "${plugin}" (part ${part}) read its dependency "${name}" (${key}) before it had made it.`,
    why: 'The part provides this service itself: it exists when all factories of the part have run.',
    fix: 'Read it in a start hook or later, without destructuring it before; or take it from the instance that create() returns.',
  });
}

async function disposeAll(disposables: (Disposable | AsyncDisposable)[], failed: (error: unknown) => void): Promise<void> {
  for (const disposable of disposables.reverse()) {
    try {
      if (Symbol.asyncDispose in disposable) await disposable[Symbol.asyncDispose]();
      else disposable[Symbol.dispose]();
    } catch (error) {
      failed(error);
    }
  }
}
