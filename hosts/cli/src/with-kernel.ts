import { existsSync } from 'node:fs';
import { Configuration, type Tree } from '@sextant/config';
import { dataFolder, Kernel, Logs } from '@sextant/kernel';
import { builtinPlugins } from '@sextant/preset';

export interface KernelChoice {
  readonly config?: string;
  readonly dataDir?: string;
}

/** The options that say which Sextant a command works on. */
export const kernelOptions = [
  ['--config <file>', 'configuration file'],
  ['--data-dir <folder>', 'folder of everything Sextant stores'],
] as const;

export async function loadConfiguration({ config, dataDir }: KernelChoice): Promise<Configuration> {
  const flags: Tree = {
    roles: ['cli'],
    ...(dataDir === undefined ? {} : { dataDir }),
    ...(dataDir === undefined && process.env.SEXTANT_DATA_DIR ? { dataDir: process.env.SEXTANT_DATA_DIR } : {}),
  };
  const sources = { folder: process.cwd(), env: process.env, flags };
  const configuration = await Configuration.load({ ...sources, ...(config === undefined ? {} : { file: config }) });
  configuration.assertTrusted(builtinPlugins);
  return configuration;
}

/** Runs work against the database of an installation, whether Sextant runs on it at this moment or not. */
export async function withKernel<R>(
  choice: KernelChoice,
  work: (kernel: Kernel, signal: AbortSignal) => Promise<R>,
  options: { readonly start: boolean } = { start: true },
): Promise<R> {
  const configuration = await loadConfiguration(choice);
  const folder = dataFolder(configuration.process.dataDir);
  // A token for an installation that nobody has started would only be met as "not valid", by another one.
  if (!configuration.process.database.main && !existsSync(folder))
    process.stderr.write(
      `There was no data folder ${folder}: this makes one. A Sextant that was started with another --data-dir does not see what is in it.\n`,
    );
  const controller = new AbortController();
  const interrupt = (): void => controller.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const kernel = await Kernel.create(
    { builtin: builtinPlugins, configuration, listen: false, logs: new Logs({ level: 'warn', format: 'auto', auditAlways: false }) },
    controller.signal,
  );
  try {
    if (options.start) await kernel.start(controller.signal);
    return await work(kernel, controller.signal);
  } finally {
    await kernel.stop();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}
