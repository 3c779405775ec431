import type { Command } from 'commander';

/** What a command of this program is: something that adds itself, and sets the exit code through `done`. */
export type AddCommand = (program: Command, done: (code: number) => void) => void;
