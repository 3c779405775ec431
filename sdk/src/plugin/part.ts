import type { ConfigSchema } from '../config/config.js';
import type { Deps, Resolved } from '../tokens/deps.js';
import type { PluginContext } from './context.js';
import type { InstanceRegistrar } from './instance-registrar.js';
import type { PartTypes } from './part-types.js';
import type { Registrar } from './registrar.js';

/** What a plugin runs in one role, or in several. `I` is its instance: what `create` returns, or the dependencies themselves. */
export interface Part<D extends Deps, S extends ConfigSchema = ConfigSchema, I = Resolved<D>> extends PartTypes<I, S> {
  readonly deps: D;
  readonly create?: Create<I, D, S> | undefined;
  /** Declares, and does nothing else: synchronous, without I/O. The registrar is frozen when it returns. */
  register(r: Registrar<D, S> | InstanceRegistrar<I, S>): void;
}

/** How a part makes its instance. */
export type Create<I, D extends Deps, S extends ConfigSchema = ConfigSchema> =
  | ((deps: Resolved<D>, ctx: CreateContext<S>) => I | Promise<I>)
  | InstanceFactory<I>;

/** An object that makes an instance out of any dependencies, such as `classes(Entry)` of `@sextant/sdk/tsyringe`. */
export interface InstanceFactory<I> {
  // An object and no function: TypeScript infers nothing from a generic call that returns a function.
  // biome-ignore lint/suspicious/noExplicitAny: which dependencies there are is read from the part at run time
  create(deps: any, ctx: CreateContext<any>): I | Promise<I>;
}

/** What `create` is handed beside the dependencies. */
export interface CreateContext<S extends ConfigSchema = ConfigSchema> extends PluginContext<S> {
  /** The dependencies as the part lists them: for what wires objects by token. */
  readonly tokens: Deps;
  /** Runs when the instance is disposed of, the last one first; also when `create` throws. */
  defer(work: () => void | Promise<void>): void;
}

interface DefinePart<S extends ConfigSchema> {
  /** With `create`, whose result every callback takes first. */
  <const D extends Deps, I extends object>(part: {
    readonly deps: D;
    /**
     * Makes the part's instance, once for each life of the part in a process, before anything it provides. The kernel disposes of it
     * (`Symbol.asyncDispose`, else `Symbol.dispose`) after the stop hooks, and when a later phase fails.
     */
    readonly create: Create<I, D, S>;
    register(r: InstanceRegistrar<I, S>): void;
  }): Part<D, S, I>;
  /** Without `create`, the dependencies are the instance. */
  <const D extends Deps>(part: { readonly deps: D; readonly create?: undefined; register(r: Registrar<D, S>): void }): Part<D, S>;
}

/** `definePart(config)({ deps, create, register })`: the configuration's schema types `ctx.config`, the instance every callback. */
export const definePart =
  <S extends ConfigSchema = ConfigSchema>(_config?: S): DefinePart<S> =>
  (part: object) =>
    part as never;
