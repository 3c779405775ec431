import type { z } from 'zod';
import type { ConfigSchema } from '../config/config.js';
import type { PluginContext } from '../plugin/context.js';
import type { Deps, Resolved } from '../tokens/deps.js';

export interface CommandOutput {
  /** A line for people, on stdout; with --json nothing but {@link json} is printed. */
  line(text: string): void;
  json(value: unknown): void;
  /** Progress and notes, on stderr. */
  note(text: string): void;
}

/** What is known of a command without running it. */
export interface CommandDeclaration<A extends z.ZodObject> {
  /** Words, such as `repos list`. */
  readonly name: string;
  readonly summary: string;
  /** Options by name (`--lower-kebab`); a key with meta `{ positional: true }` is taken by position, in the order of the keys. */
  readonly arguments: A;
}

export interface CommandContext<S extends ConfigSchema = ConfigSchema> {
  readonly out: CommandOutput;
  readonly signal: AbortSignal;
  readonly plugin: PluginContext<S>;
}

/** A command of the program, such as `sextant search index list`, of a part without `create`. */
// biome-ignore lint/suspicious/noExplicitAny: the arguments' schema types run() where the command is defined
export interface CommandDefinition<D extends Deps, S extends ConfigSchema, A extends z.ZodObject = any> extends CommandDeclaration<A> {
  /** Resolves to the exit code. */
  run(args: z.output<A>, deps: Resolved<D>, context: CommandContext<S>): Promise<number>;
}
