import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Tree } from '@sextant/config';
import { ALL_IN_ONE, discoveredConfiguration, runHost } from '@sextant/preset';
import { isRole, ROLES, type Role, SextantError } from '@sextant/sdk';
import { InvalidArgumentError } from 'commander';
import '../cli-errors.js';
import type { AddCommand } from '../add-command.js';
import { firstSearch } from '../first-search.js';
import { firstSignIn } from '../first-sign-in.js';
import { localInvitation } from '../local-invitation.js';

interface ServeOptions {
  readonly port?: number;
  readonly host?: string;
  readonly dataDir?: string;
  readonly config?: string;
  readonly roles?: readonly Role[];
  readonly safe?: boolean;
  readonly logLevel?: string;
}

export const serve: AddCommand = (program, done) => {
  program
    .command('serve')
    .description('Start Sextant: with everything in one process, or with some roles.')
    .argument('[path...]', 'git repositories, or folders that hold some, to add')
    .option('--port <number>', 'port to listen on (7080)', port)
    .option('--host <address>', 'address to listen on (127.0.0.1)')
    .option('--data-dir <folder>', 'folder of everything Sextant stores')
    .option('--config <file>', 'configuration file')
    .option('--roles <roles>', `comma-separated, of: ${ROLES.join(', ')}`, roles)
    .option('--safe', 'start the always-on plugins only')
    .option('--log-level <level>', 'debug, info, warn, error or silent')
    .action(async (paths: string[], options: ServeOptions) => {
      const folders = paths.length > 0 ? paths.map(existingFolder) : standingIn(options);
      done(
        await runHost({
          name: 'all-in-one',
          roles: ALL_IN_ONE,
          ...(options.config === undefined ? {} : { file: options.config }),
          flags: flagsOf(options, folders),
          safe: options.safe ?? false,
          ready: (running) =>
            process.stdout.write(
              `Sextant is ready at ${running.url}\n${localInvitation(running, process.stdout.isTTY)}${firstSignIn(running)}${firstSearch(running)}`,
            ),
        }),
      );
    });
};

function flagsOf(options: ServeOptions, folders: readonly string[]): Tree {
  return {
    ...(options.dataDir === undefined ? {} : { dataDir: resolve(options.dataDir) }),
    ...(options.roles === undefined ? {} : { roles: options.roles }),
    ...(options.logLevel === undefined ? {} : { log: { level: options.logLevel } }),
    http: { ...(options.port === undefined ? {} : { port: options.port }), ...(options.host === undefined ? {} : { host: options.host }) },
    ...(folders.length > 0 ? { plugins: { 'code-host': { localPaths: folders } } } : {}),
  };
}

function existingFolder(path: string): string {
  const folder = resolve(path);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new SextantError('SEXTANT_CLI_USAGE', {
      what: `${path} is not a folder.`,
      why: existsSync(folder) ? 'It is a file.' : 'It does not exist.',
      fix: 'Give git repositories, or folders that hold some.',
    });
  }
  return folder;
}

/** With no path and no configuration, the repository that the caller stands in: a first search then works offline. */
function standingIn(options: ServeOptions): readonly string[] {
  const configured = options.config ?? process.env.SEXTANT_CONFIG ?? discoveredConfiguration(process.cwd());
  const everything = options.roles === undefined && process.env.SEXTANT__ROLES === undefined;
  if (configured !== undefined || !everything) return [];
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return [folder];
    if (dirname(folder) === folder) return [];
  }
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return value;
}

function roles(text: string): readonly Role[] {
  const names = text.split(',').map((name) => name.trim());
  const wrong = names.filter((name) => !isRole(name));
  if (wrong.length > 0) throw new InvalidArgumentError(`No such role: ${wrong.join(', ')}. Roles: ${ROLES.join(', ')}.`);
  return names as Role[];
}
