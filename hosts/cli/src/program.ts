import { Command, CommanderError } from 'commander';
import { describe } from '@sextant/preset';
import { SextantError } from '@sextant/sdk';
import { serve } from './commands/serve.js';

/** What a command of this program is: something that adds itself, and sets the exit code through `done`. */
export type AddCommand = (program: Command, done: (code: number) => void) => void;

const COMMANDS: readonly AddCommand[] = [serve];

/** The program `sextant`. Exit codes: 0 done, 1 failed, 2 wrong usage. */
export function program(): { run(args: readonly string[]): Promise<number> } {
  let code = 0;
  const root = new Command('sextant')
    .description('Search, navigate, change, measure and watch all of an organisation’s code.')
    .version('1.0.0', '--version')
    .option('--json', 'print machine-readable output')
    .showHelpAfterError('Run with --help for the commands and options.')
    .exitOverride();
  for (const add of COMMANDS) {
    add(root, (result) => {
      code = result;
    });
  }
  return {
    async run(args) {
      try {
        await root.parseAsync(args, { from: 'user' });
        return code;
      } catch (error) {
        if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
        process.stderr.write(`${describe(error)}\n`);
        return SextantError.is(error) && error.code === 'SEXTANT_CLI_USAGE' ? 2 : 1;
      }
    },
  };
}
