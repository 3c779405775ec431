import { parseArgs } from 'node:util';
import { isRole, ROLES, type Role } from '@sextant/sdk';
import { runHost } from './run-host.js';

interface Arguments {
  readonly config?: string | undefined;
  readonly roles?: readonly Role[] | undefined;
  readonly safe: boolean;
  readonly help: boolean;
}

/** Runs a host with the arguments of its program. @returns the exit code: 2 for wrong usage. */
export async function roleHost(name: string, roles: readonly Role[], args: readonly string[]): Promise<number> {
  const usage = `Usage: sextant-${name} [--config FILE] [--roles a,b] [--safe]\n`;
  let given: Arguments;
  try {
    given = readArguments(args);
  } catch (error) {
    process.stderr.write(`sextant-${name}: ${(error as Error).message}\n${usage}`);
    return 2;
  }
  if (given.help) {
    process.stdout.write(`${usage}Roles without --roles: ${roles.join(', ')}.\n`);
    return 0;
  }
  return await runHost({
    name,
    roles,
    ...(given.config === undefined ? {} : { file: given.config }),
    ...(given.roles ? { flags: { roles: given.roles } } : {}),
    safe: given.safe,
    ready: ({ url }) => process.stdout.write(`Sextant (${name}) is ready at ${url}\n`),
  });
}

function readArguments(args: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: 'string' },
      roles: { type: 'string' },
      safe: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const names = values.roles?.split(',').map((role) => role.trim());
  const wrong = names?.filter((role) => !isRole(role)) ?? [];
  if (wrong.length > 0) throw new Error(`There is no role ${wrong.join(', ')}. Roles: ${ROLES.join(', ')}.`);
  return { config: values.config, roles: names as readonly Role[] | undefined, safe: values.safe, help: values.help };
}
