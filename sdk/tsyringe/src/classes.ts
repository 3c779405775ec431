import 'reflect-metadata';
import type { ConfigSchema, Make, Token } from '@sextant/sdk';
import {
  type DependencyContainer,
  container as globalContainer,
  inject,
  Lifecycle,
  scoped,
  injectable as tsyringeInjectable,
} from 'tsyringe';

// biome-ignore lint/suspicious/noExplicitAny: a class is known by its constructor, whatever it takes
type Class<V> = new (...args: any[]) => V;

// biome-ignore lint/suspicious/noExplicitAny: what the part itself resolves is typed where it lists its deps
type AnyDeps = any;

const keyOf = (key: string): symbol => Symbol.for(`sextant:class-dependency:${key}`);

/** Marks a class that gets its constructor's parameters injected; a new one is made wherever it is asked for. */
export const injectable = tsyringeInjectable;

/** As `injectable`, and every place of one plugin gets the same object. */
export const perPlugin = <V>(): ((target: Class<V>) => void) => scoped(Lifecycle.ContainerScoped);

/** Names what a constructor parameter is: one of the plugin's dependencies by token, or a class of its own. */
export function use<V>(dependency: Token<V> | Class<V>): ParameterDecorator {
  return inject(typeof dependency === 'function' ? dependency : keyOf(dependency.key)) as ParameterDecorator;
}

/**
 * Wires a plugin's own classes, one way: the named dependencies go in as values, one object comes out, ready for
 * `provide` or `contribute`. What has a `dispose()` is disposed when the plugin stops. Nothing is registered back.
 */
// biome-ignore lint/suspicious/noExplicitAny: the tokens' types were checked where they were listed
export function classes<V extends object, T extends Readonly<Record<string, Token<any>>>>(wiring: {
  readonly deps: T;
  readonly entry: Class<V>;
}): Make<V, AnyDeps, ConfigSchema> {
  return (resolved: Readonly<Record<string, unknown>>, ctx) => {
    const child: DependencyContainer = globalContainer.createChildContainer();
    for (const [name, token] of Object.entries(wiring.deps)) {
      const value = resolved[name];
      if (value === undefined) throw new TypeError(`the part does not list "${name}" (${token.key}) among its deps`);
      child.register(keyOf(token.key), { useValue: value });
    }
    const entry = child.resolve<V>(wiring.entry);
    ctx.signal.addEventListener(
      'abort',
      () =>
        void Promise.resolve(child.dispose()).catch((error: unknown) => ctx.log.error('disposing the plugin’s classes failed', { error })),
      { once: true },
    );
    return entry;
  };
}
