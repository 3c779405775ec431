import { Configuration, type Tree } from '@sextant/config';
import { Kernel } from '@sextant/kernel';
import { ROLES, type Role, SextantError } from '@sextant/sdk';
import { builtinPlugins } from './builtin-plugins.js';

/** What one process with everything does: all roles but those that belong on other machines. */
export const ALL_IN_ONE: readonly Role[] = ROLES.filter((role) => !['executor', 'tunnel', 'cli'].includes(role));

export interface HostOptions {
  /** The name of the kind of host, for messages. */
  readonly name: string;
  /** Its roles, unless the configuration says otherwise. */
  readonly roles: readonly Role[];
  readonly folder?: string;
  readonly file?: string;
  readonly flags?: Tree;
  /** Start the always-on plugins only. */
  readonly safe?: boolean;
  /** Called when the process answers. */
  readonly ready?: (url: string) => void;
}

/**
 * Starts a set of roles and lives until a signal, or until the program that started it is gone.
 * @returns the exit code.
 */
export async function runHost(options: HostOptions): Promise<number> {
  const stop = stopSignal();
  let kernel: Kernel | undefined;
  try {
    const configuration = await Configuration.load({
      folder: options.folder ?? process.cwd(),
      ...(options.file === undefined ? {} : { file: options.file }),
      env: process.env,
      flags: options.flags ?? {},
      preset: { name: options.name, values: { roles: options.roles } },
    });
    kernel = await Kernel.create({
      builtin: builtinPlugins,
      configuration,
      safe: options.safe ?? false,
      say: (line) => process.stderr.write(`${line}\n`),
    });
    await kernel.start(stop.signal);
    if (!stop.signal.aborted) options.ready?.(kernel.url);
    await stop.requested;
    return 0;
  } catch (error) {
    if (stop.signal.aborted) return 0;
    process.stderr.write(`${describe(error)}\n`);
    return 1;
  } finally {
    await kernel?.stop();
    stop[Symbol.dispose]();
  }
}

/** What, why and fix, each on a line of its own. */
export function describe(error: unknown): string {
  if (SextantError.is(error))
    return [`${error.code}: ${error.what}`, error.why && `  Why: ${error.why}`, error.fix && `  Fix: ${error.fix}`]
      .filter(Boolean)
      .join('\n');
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** SIGINT, SIGTERM, or the end of the program that started us. A second signal ends the process at once. */
function stopSignal(): Disposable & { readonly requested: Promise<void>; readonly signal: AbortSignal } {
  const controller = new AbortController();
  let resolve: () => void = () => undefined;
  const requested = new Promise<void>((r) => {
    resolve = r;
  });
  const request = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new DOMException('stop requested', 'AbortError'));
    resolve();
  };
  const orphaned = (): void => {
    if (!controller.signal.aborted) request();
  };
  process.on('SIGINT', request);
  process.on('SIGTERM', request);
  process.on('disconnect', orphaned);
  process.channel?.unref();
  return {
    requested,
    signal: controller.signal,
    [Symbol.dispose]: () => {
      process.off('SIGINT', request);
      process.off('SIGTERM', request);
      process.off('disconnect', orphaned);
    },
  };
}
