import { SextantError } from '../errors/sextant-error.js';
import type { Role } from '../plugin/role.js';

declare const type: unique symbol;
export type Key = `${string}.${string}@${number}`;

/** How one method of a remote service crosses a process boundary: one answer, many answers, or raw bytes. */
export type RemoteMethod = 'call' | 'stream' | 'bytes';

export interface RemoteNode<V> {
  readonly address: string;
  readonly client: V;
}

/**
 * Makes a service reachable from other processes. Its methods are async, take one options object of plain data (and
 * `signal`), and return plain data, an async iterable of plain data (`stream`) or of bytes (`bytes`).
 */
export interface Remote<V> {
  /** The role whose process provides it. */
  readonly role: Role;
  readonly methods: { readonly [M in keyof V]-?: RemoteMethod };
  /** One service out of the clients of all nodes of that role: picks by hash, or asks all and merges. Default: the first node. */
  readonly combine?: (nodes: readonly RemoteNode<V>[]) => V;
}

/** Names a service. Identity is the key, with its major, so two copies of a package agree. */
export interface Token<V> {
  readonly kind: 'service';
  readonly key: Key;
  /** `plugin`: every plugin gets an instance of its own (logger, configuration, storage). Only the kernel provides such. */
  readonly scope: 'kernel' | 'plugin';
  readonly remote?: Remote<V>;
  readonly [type]?: (value: V) => V;
}

/** Names a place that any plugin may contribute to. Owned by the plugin whose id begins the key. */
export interface Point<V> {
  readonly kind: 'point';
  readonly key: Key;
  /** `one`: at most one contribution is accepted; a second is an error that names both plugins. */
  readonly arity: 'one' | 'many';
  readonly [type]?: (value: V) => V;
}

export interface Maybe<V> {
  readonly kind: 'maybe';
  readonly token: Token<V>;
}

const KEY = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*\.[a-z][a-z0-9]*(?:-[a-z0-9]+)*@[1-9][0-9]*$/;

/** @throws SEXTANT_TOKEN_KEY */
export function checkedKey(key: Key): Key {
  if (!KEY.test(key)) {
    throw new SextantError('SEXTANT_TOKEN_KEY', {
      what: `"${key}" is not a token key.`,
      fix: 'Write <plugin-id>.<noun>@<major>, such as search.api@1, in kebab-case.',
    });
  }
  return key;
}

export const serviceToken = <V>(
  key: Key,
  options: { readonly scope?: 'kernel' | 'plugin'; readonly remote?: Remote<V> } = {},
): Token<V> => ({
  kind: 'service',
  key: checkedKey(key),
  scope: options.scope ?? 'kernel',
  ...(options.remote ? { remote: options.remote } : {}),
});

export const extensionPoint = <V>(key: Key, options: { readonly arity?: 'one' | 'many' } = {}): Point<V> => ({
  kind: 'point',
  key: checkedKey(key),
  arity: options.arity ?? 'many',
});

/** An optional dependency: undefined while nobody provides it. */
export const maybe = <V>(token: Token<V>): Maybe<V> => ({ kind: 'maybe', token });

/** The plugin id that a key begins with: the only plugin that may provide or own it. */
export const ownerOf = (key: string): string => key.slice(0, key.indexOf('.'));
