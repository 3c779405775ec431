import { Configuration } from '@sextant/config';
import { discover, loadCommands } from '@sextant/kernel';
import { builtinPlugins } from '@sextant/preset';
import type { Manifest } from '@sextant/sdk';
import type { Command } from 'commander';
import { addPluginCommand } from './plugin-command.js';

/** Adds the plugins' commands, of as many plugins as it takes to know what `args` mean: their code is read for it, and reading a configuration may run one. */
export async function addPluginCommands(root: Command, args: readonly string[], done: (code: number) => void): Promise<void> {
  if (isKnown(root, args)) return;
  await add(root, builtinPlugins, done);
  if (isKnown(root, args)) return;
  try {
    await add(root, await configuredPlugins(args), done);
  } catch (error) {
    // What the person asked for may need none of it, and says the rest itself.
    note('The plugins of the configuration, and their commands, could not be read', error);
  }
}

async function add(root: Command, manifests: readonly Manifest[], done: (code: number) => void): Promise<void> {
  const failed = (id: string, error: unknown): void => note(`The commands of "${id}" could not be read`, error);
  for (const command of await loadCommands(manifests, failed)) {
    try {
      addPluginCommand(root, command, done);
    } catch (error) {
      note(`The command "${command.command.name}" of "${command.plugin}" is left out`, error);
    }
  }
}

async function configuredPlugins(args: readonly string[]): Promise<readonly Manifest[]> {
  const file = optionOf(args, '--config');
  // A file that was not named can add no plugin, so none is read: this runs for --help and for words that are no command, in any folder.
  const sources = { folder: process.cwd(), env: process.env, discovered: null };
  const configuration = await Configuration.load({ ...sources, ...(file === undefined ? {} : { file }) });
  const { pluginPackages: packages, pluginPaths: folders } = configuration.process;
  if (packages.length + folders.length === 0) return [];
  const found = await discover({ builtin: builtinPlugins, packages, folders, from: configuration.pluginFolder });
  for (const { manifest, problem } of found) if (problem) note(`The commands of "${manifest.id}" could not be read`, problem);
  return found.filter(({ manifest }) => !builtinPlugins.includes(manifest)).map(({ manifest }) => manifest);
}

/** Whether the words lead to a command that has none below it. */
function isKnown(root: Command, args: readonly string[]): boolean {
  let at = root;
  for (const word of args) {
    if (word.startsWith('-')) continue;
    const next = at.commands.find((command) => command.name() === word);
    if (!next) break;
    at = next;
  }
  return at !== root && at.commands.length === 0;
}

/** The value of an option before anything is parsed: which commands there are depends on it. */
function optionOf(args: readonly string[], name: string): string | undefined {
  const at = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  return at < 0 ? undefined : args[at] === name ? args[at + 1] : args[at]?.slice(name.length + 1);
}

const note = (what: string, error: unknown): void =>
  void process.stderr.write(`${what}: ${error instanceof Error ? error.message : String(error)}\n`);
