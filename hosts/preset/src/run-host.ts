import { setTimeout as wait } from 'node:timers/promises';
import { Configuration, type Tree } from '@sextant/config';
import { currentEntry, isLocalOnly, Kernel, keepProcess, runningPlugin } from '@sextant/kernel';
import { ROLES, type Role, SextantError } from '@sextant/sdk';
import { assertPathsElsewhere } from './assert-paths-elsewhere.js';
import { builtinPlugins } from './builtin-plugins.js';
import { containStrayErrors } from './contain-stray-errors.js';
import { pluginHomes } from './plugin-homes.js';
import { LaunchedPrograms } from './supervisor/launched-programs.js';
import { supervision, type ToProcess, tellSupervisor } from './supervisor/supervision.js';
import { startWatchdog } from './supervisor/watchdog.js';
import { watchConfiguration } from './watch-configuration.js';

/** The true one: who ends a broken process may do it in a timer that was begun in a plugin. */
const exit = process.exit.bind(process);

/** Milliseconds a broken process gets to end what runs. */
const LAST_STOP = 20_000;
/** Milliseconds for what is closed before a process ends at once. */
const LONGEST_LEAVE = 200;

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
  readonly ready?: (running: Running) => void;
}

/** A process that answers. */
export interface Running {
  readonly url: string;
  /** The account that runs it is the local site admin, without a token. */
  readonly localMode: boolean;
  /** In local mode, what lets in browsers of other accounts and programs that the system does not tell whose they are. */
  readonly invitation: { readonly link: string; readonly file: string } | undefined;
  /** Ids of the plugins that are active. */
  readonly active: ReadonlySet<string>;
}

/**
 * Starts a set of roles and lives until a signal, or until the program that started it is gone.
 * @returns the exit code.
 */
export async function runHost(options: HostOptions): Promise<number> {
  const stop = stopSignal(() => {
    // The watchdog debugs this thread: Node.js would say that it waits for it.
    void Promise.race([watchdog?.[Symbol.asyncDispose](), wait(LONGEST_LEAVE)]).finally(() => exit(130));
  });
  let kernel: Kernel | undefined;
  let stray: Disposable | undefined;
  let kept: Disposable | undefined;
  let watcher: Disposable | undefined;
  let watchdog: AsyncDisposable | undefined;
  let code = 0;
  try {
    const configuration = await Configuration.load({
      folder: options.folder ?? process.cwd(),
      ...(options.file === undefined ? {} : { file: options.file }),
      env: process.env,
      flags: options.flags ?? {},
      preset: { name: options.name, values: { roles: options.roles } },
      discovered: supervision()?.discovered,
    });
    tellSupervisor({ is: 'configured', discovered: configuration.discoveredFile ?? null });
    await assertPathsElsewhere(configuration);
    const launcher = supervision()?.launcher;
    kernel = await Kernel.create({
      builtin: builtinPlugins,
      configuration,
      safe: options.safe ?? false,
      runaways: (supervision()?.runaways ?? []).flatMap(({ plugin, reason }) => (plugin === undefined ? [] : [{ plugin, reason }])),
      forgiven: (plugin) => tellSupervisor({ is: 'forgiven', plugin }),
      ...(launcher === undefined ? {} : { programs: new LaunchedPrograms(launcher) }),
      say: (line) => process.stderr.write(`${line}\n`),
    });
    const { logs } = kernel;
    const running = kernel;
    stray = containStrayErrors({
      blame: (error) => running.blame(error),
      fatal: (error) => {
        logs.of('kernel').error('an error outside every plugin: the process ends', { error });
        code = 1;
        if (stop.signal.aborted) return;
        stop.request();
        setTimeout(() => exit(1), LAST_STOP).unref();
      },
    });
    kept = keepProcess();
    const { loop, memory } = configuration.process.runaway;
    watchdog = startWatchdog({
      loop,
      memory,
      homes: pluginHomes(kernel.records),
      entry: currentEntry,
      running: runningPlugin.list(kernel.records.map((r) => r.id)),
    });
    await kernel.start(stop.signal);
    watcher = watchConfiguration(configuration.file, () => {
      running.reload().then(
        () => tellSupervisor({ is: 'configured', discovered: running.discoveredFile ?? null }),
        (error: unknown) => logs.of('kernel').error('the configuration stays as it was', { error }),
      );
    });
    if (!stop.signal.aborted) {
      tellSupervisor({ is: 'ready' });
      const active = kernel.switchboard.list().filter(({ state }) => state === 'active');
      options.ready?.({
        url: kernel.url,
        localMode: isLocalOnly(configuration.process.http),
        invitation: kernel.localAccess.invitation(kernel.url),
        active: new Set(active.map(({ id }) => id)),
      });
    }
    await stop.requested;
    return code;
  } catch (error) {
    if (stop.signal.aborted) return code;
    process.stderr.write(`${describe(error)}\n`);
    return 1;
  } finally {
    watcher?.[Symbol.dispose]();
    await kernel?.stop();
    await watchdog?.[Symbol.asyncDispose]();
    kept?.[Symbol.dispose]();
    stray?.[Symbol.dispose]();
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

/** SIGINT, SIGTERM, a word of the supervisor, or the end of the program that started us. A second signal ends the process at once. */
function stopSignal(leave: () => void): Disposable & { request(): void; readonly requested: Promise<void>; readonly signal: AbortSignal } {
  const controller = new AbortController();
  let resolve: () => void = () => undefined;
  const requested = new Promise<void>((r) => {
    resolve = r;
  });
  const request = (): void => {
    controller.abort(new DOMException('stop requested', 'AbortError'));
    resolve();
  };
  let pressed = false;
  const press = (): void => {
    // On a terminal the supervisor asks too, for the same press.
    if (pressed || (controller.signal.aborted && supervision() === undefined)) {
      leave();
      return;
    }
    pressed = true;
    request();
  };
  const told = (message: ToProcess): void => {
    if (message === 'stop') request();
    if (message === 'stop at once') leave();
  };
  process.on('SIGINT', press).on('SIGTERM', press).on('message', told).on('disconnect', request);
  process.channel?.unref();
  return {
    request,
    requested,
    signal: controller.signal,
    [Symbol.dispose]: () => {
      process.off('SIGINT', press).off('SIGTERM', press).off('message', told).off('disconnect', request);
    },
  };
}
