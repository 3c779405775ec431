import 'reflect-metadata';
import type { Token } from '@sextant/sdk';
import { Container, type ContainerModule } from 'inversify';

/** The container's identity of a token: equal for two copies of a package, as keys are. */
export const identifierOf = (key: string): symbol => Symbol.for(`sextant:${key}`);

/**
 * The root container holds kernel services and what plugins publish; each plugin has a child that holds its own logger,
 * configuration, storage and so on. Containers only ever see finished values: everything that waits happens in the lifecycle.
 */
export class KernelContainer {
  readonly #root = new Container({ defaultScope: 'Singleton' });
  readonly #plugins = new Map<string, Container>();

  constructor(
    modules: readonly ContainerModule[],
    /** Binds the plugin-scoped services of one plugin. */
    private readonly pluginModule: (plugin: string) => ContainerModule,
  ) {
    this.#root.load(...modules);
  }

  /** A kernel service, a published service, or (with `plugin`) one of the plugin's own; undefined when there is none. */
  get<V>(token: Token<V>, plugin?: string): V | undefined {
    const container = plugin === undefined ? this.#root : this.#child(plugin);
    const id = identifierOf(token.key);
    return container.isBound(id) ? container.get<V>(id) : undefined;
  }

  /** @throws when nothing is bound: for what the assembly itself has bound. */
  require<V>(token: Token<V>, plugin?: string): V {
    const value = this.get(token, plugin);
    if (value === undefined) throw new Error(`the container has no ${token.key}`);
    return value;
  }

  publish<V>(token: Token<V>, value: V): void {
    this.#root.bind<V>(identifierOf(token.key)).toConstantValue(value);
  }

  withdraw(token: Token<unknown>): void {
    const id = identifierOf(token.key);
    if (this.#root.isCurrentBound(id)) this.#root.unbind(id);
  }

  /** Forgets a plugin's child, with everything made for it. */
  release(plugin: string): void {
    this.#plugins.delete(plugin);
  }

  #child(plugin: string): Container {
    let child = this.#plugins.get(plugin);
    if (!child) {
      child = new Container({ parent: this.#root, defaultScope: 'Singleton' });
      child.load(this.pluginModule(plugin));
      this.#plugins.set(plugin, child);
    }
    return child;
  }
}
