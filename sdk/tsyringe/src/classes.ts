import 'reflect-metadata';
import type { CreateContext, InstanceFactory, Maybe, Point, Token } from '@sextant/sdk';
import { container as globalContainer, inject, Lifecycle, scoped, injectable as tsyringeInjectable } from 'tsyringe';

// biome-ignore lint/suspicious/noExplicitAny: a class is known by its constructor, whatever it takes
type Class<V> = new (...args: any[]) => V;
type Dependency<V> = Token<V> | Maybe<V> | Point<V>;

// biome-ignore lint/suspicious/noExplicitAny: the key alone is read
const keyOf = (dependency: Dependency<any>): symbol =>
  Symbol.for(`sextant:class-dependency:${dependency.kind === 'maybe' ? `maybe:${dependency.token.key}` : dependency.key}`);

/** Marks a class that gets its constructor's parameters injected; a new one is made wherever it is asked for. */
export const injectable = tsyringeInjectable;

/** As `injectable`, and every place of one part gets the same object. */
export const perPlugin = <V>(): ((target: Class<V>) => void) => scoped(Lifecycle.ContainerScoped);

/**
 * Names what a constructor parameter is: one of the part's dependencies, or a class of the plugin. An optional dependency comes as a function that
 * gives the service that is there at that moment, `() => V | undefined`; a point comes as its live list.
 */
export function use<V>(dependency: Dependency<V> | Class<V>): ParameterDecorator {
  return inject(typeof dependency === 'function' ? dependency : keyOf(dependency)) as ParameterDecorator;
}

/**
 * A `create` that builds a class and those it is made of: `definePart()({ deps, create: classes(Entry), … })`. The part's dependencies are injected
 * by token. When the part ends, each object with `Symbol.asyncDispose`, `Symbol.dispose` or `dispose()` is disposed of, what uses it first.
 */
export const classes = <V extends object>(entry: Class<V>): InstanceFactory<V> => ({
  create(resolved: Readonly<Record<string, unknown>>, ctx: CreateContext): V {
    const child = globalContainer.createChildContainer();
    const made: object[] = [];
    // Asked for when it is injected: a service of the part itself is not there yet, and is refused only to who needs it so early.
    for (const [name, token] of Object.entries(ctx.tokens))
      child.register(keyOf(token), { useFactory: () => (token.kind === 'maybe' ? () => resolved[name] : resolved[name]) });
    ctx.defer(async () => {
      const errors: unknown[] = [];
      for (const object of made.reverse()) await dispose(object).catch((error: unknown) => errors.push(error));
      if (errors.length > 0)
        throw errors.length === 1 ? errors[0] : new AggregateError(errors, 'Several objects could not be disposed of.');
    });
    notingInto(child, made);
    const instance = child.resolve<V>(entry);
    // The kernel disposes of the instance by its symbols; by those alone.
    if (Symbol.asyncDispose in instance || Symbol.dispose in instance) made.splice(made.indexOf(instance), 1);
    return instance;
  },
});

/** Notes each object that the container makes, in the order of making. tsyringe itself forgets what has no `dispose()`, and disposes in no useful order. */
function notingInto(child: object, made: object[]): void {
  const container = child as { construct?: (...args: unknown[]) => object };
  const construct = container.construct;
  if (typeof construct !== 'function') throw new TypeError('tsyringe no longer makes objects by construct(): classes() must follow it');
  container.construct = (...args) => {
    const object = construct.apply(child, args);
    // What is no class is a proxy of tsyringe for an object that is made, and noted, later.
    if (typeof args[0] === 'function') made.push(object);
    return object;
  };
}

async function dispose(object: object): Promise<void> {
  const { dispose } = object as { readonly dispose?: unknown };
  if (Symbol.asyncDispose in object) await (object as AsyncDisposable)[Symbol.asyncDispose]();
  else if (Symbol.dispose in object) (object as Disposable)[Symbol.dispose]();
  else if (typeof dispose === 'function') await dispose.call(object);
}
