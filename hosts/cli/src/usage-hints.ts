import type { Command } from 'commander';

/** Makes a wrong call of a command, or of one below it, end with what helps there: the help of that very command, and why an option is not its own. */
export function addUsageHints(command: Command, path = command.name()): void {
  command.configureOutput({
    outputError: (text, write) =>
      write(`${text}${hintFor(command, /unknown option '([^']*)'/.exec(text)?.[1])}Run "${path} --help" for the commands and options.\n`),
  });
  for (const below of command.commands) addUsageHints(below, `${path} ${below.name()}`);
}

function hintFor(command: Command, unknown: string | undefined): string {
  if (unknown === undefined) return '';
  const takes = (option: string): boolean => command.options.some(({ long }) => long === option);
  if (takes('--pattern-type') && /^-[^-]/.test(unknown))
    return `A query that begins with "-" stands behind "--": ${command.name()} -- '${unknown}'\n`;
  if (['--config', '--data-dir', '--host', '--port'].includes(unknown) && takes('--endpoint'))
    return 'This command asks a running Sextant: name it with --endpoint URL or SEXTANT_ENDPOINT.\n';
  if (unknown === '--endpoint' && takes('--data-dir'))
    return 'This command works on the data, whether Sextant runs or not: name the folder with --data-dir.\n';
  return '';
}
