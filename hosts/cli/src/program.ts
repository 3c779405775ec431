import { describe } from '@sextant/preset';
import { SextantError } from '@sextant/sdk';
import { Command, CommanderError } from 'commander';
import type { AddCommand } from './add-command.js';
import { config } from './commands/config.js';
import { database } from './commands/database.js';
import { doctor } from './commands/doctor.js';
import { plugin } from './commands/plugin.js';
import { query } from './commands/query.js';
import { search } from './commands/search.js';
import { searchNodes } from './commands/search-nodes.js';
import { secrets } from './commands/secrets.js';
import { serve } from './commands/serve.js';
import { skippedFiles } from './commands/skipped-files.js';
import { whyStale } from './commands/why-stale.js';
import { commandOutput } from './output.js';
import { addPluginCommands } from './plugin-commands.js';
import { addUsageHints } from './usage-hints.js';

const COMMANDS: readonly AddCommand[] = [
  serve,
  search,
  searchNodes,
  skippedFiles,
  whyStale,
  query,
  config,
  plugin,
  database,
  secrets,
  doctor,
];

/** The program `sextant`. Exit codes: 0 done, 1 failed, 2 wrong usage. */
export async function runProgram(args: readonly string[]): Promise<number> {
  let code = 0;
  const root = await programFor(args, (result) => {
    code = result;
  });
  try {
    await root.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    commandOutput(false).note(describe(error));
    return SextantError.is(error) && error.code === 'SEXTANT_CLI_USAGE' ? 2 : 1;
  }
}

/** All commands, or as many as it takes to know what `args` mean. */
export async function programFor(args: readonly string[], done: (code: number) => void): Promise<Command> {
  const root = new Command('sextant')
    .description('Search, navigate, change, measure and watch all of an organisation’s code.')
    .version('1.0.0', '--version')
    .option('--json', 'print machine-readable output')
    .exitOverride();
  for (const add of COMMANDS) add(root, done);
  await addPluginCommands(root, args, done);
  addUsageHints(root);
  return root;
}
