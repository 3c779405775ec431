import type { ConfigSchema } from '../config/config.js';
import type { Deps } from '../tokens/deps.js';
import type { Registrar } from './registrar.js';

/** What a plugin runs in one role. */
export interface Part<D extends Deps, S extends ConfigSchema = ConfigSchema> {
  readonly deps: D;
  /** Declares, and does nothing else: synchronous, without I/O. The registrar is frozen when it returns. */
  register(r: Registrar<D, S>): void;
}

/** `definePart(config)({ deps, register })`: the configuration's schema types `ctx.config`, the deps type every callback. */
export const definePart =
  <S extends ConfigSchema = ConfigSchema>(_config?: S) =>
  <const D extends Deps>(part: Part<D, S>): Part<D, S> =>
    part;
