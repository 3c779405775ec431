import type { ProcessConfig } from '@sextant/config';
import { declareErrors, type Logger, ROLES, type Role, SextantError } from '@sextant/sdk';
import pg from 'pg';
import { Databases } from '../storage/databases.js';
import { EmbeddedPostgres } from '../storage/embedded/embedded-postgres.js';

export const databaseErrors = declareErrors({
  SEXTANT_STORAGE_DSN_NEEDED: {
    status: 500,
    summary: 'A process with some of the roles has no database configured.',
    fix: 'Set database.main (SEXTANT_DATABASE_URL) to a PostgreSQL DSN; the embedded database serves one process with everything.',
  },
  SEXTANT_STORAGE_DEFAULT_PASSWORD: {
    status: 500,
    summary: 'The database has a password everybody knows, or none over TCP, and Sextant would listen beyond this machine.',
    fix: 'Give the database user a password of its own; or set database.allowNoPassword where the server lets it in by other means.',
  },
});

/** Roles whose parts may store. The others run on machines that must not reach the database. */
export const STORAGE_ROLES: readonly Role[] = ['api', 'web', 'worker', 'scheduler', 'migrator', 'index', 'cli'];
/** What a process must do, all of it, to run the embedded database. */
const WHOLE: readonly Role[] = ROLES.filter((role) => !['executor', 'tunnel', 'cli'].includes(role));

export interface OpenDatabase {
  readonly databases: Databases;
  /** In words: where it is, without a password. */
  readonly where: string;
  /** It was started here, for this process alone. */
  readonly alone: boolean;
  close(): Promise<void>;
}

/** Opens the configured database, or the embedded one: started here, or (for a command) where it already runs. */
export async function openDatabase(
  config: ProcessConfig,
  roles: readonly Role[],
  dataDir: string,
  log: Logger,
  signal: AbortSignal,
): Promise<OpenDatabase | undefined> {
  if (!roles.some((role) => STORAGE_ROLES.includes(role))) return undefined;
  const { main, codeintel, insights, poolSize, statementTimeout } = config.database;
  const options = {
    log,
    poolSize,
    statementTimeout,
    ...(codeintel ? { codeintel: codeintel.reveal() } : {}),
    ...(insights ? { insights: insights.reveal() } : {}),
  };
  if (main) {
    const databases = new Databases({ main: main.reveal(), ...options });
    return { databases, where: 'the configured PostgreSQL', alone: false, close: () => databases.end() };
  }
  if (roles.includes('cli')) {
    const address = await EmbeddedPostgres.running(dataDir);
    if (address) {
      const databases = new Databases({ main: { ...address }, ...options });
      return { databases, where: 'the embedded PostgreSQL that runs already', alone: false, close: () => databases.end() };
    }
  } else if (!WHOLE.every((role) => roles.includes(role))) {
    throw new SextantError('SEXTANT_STORAGE_DSN_NEEDED', {
      what: `A process with the roles ${roles.join(', ')} needs a database that others can reach too.`,
      why: 'The embedded database serves one process with everything.',
      fix: 'Set database.main (SEXTANT_DATABASE_URL) to a PostgreSQL DSN.',
    });
  }
  const embedded = await EmbeddedPostgres.start({ dataDir, log, signal });
  const databases = new Databases({ main: { ...embedded.poolConfig }, ...options });
  return {
    databases,
    where: `the embedded PostgreSQL ${embedded.version}`,
    alone: true,
    close: async () => {
      await databases.end();
      await embedded.stop();
    },
  };
}

/** Passwords that documentation and images carry: hostile row 49. */
const KNOWN_PASSWORDS = new Set(['postgres', 'password', 'sextant', 'changeme', 'secret', 'admin', 'root', 'example']);

/**
 * @throws SEXTANT_STORAGE_DEFAULT_PASSWORD for a well-known password, and for none over TCP, when others than this machine could come in. A socket of the machine,
 * a client certificate and `database.allowNoPassword` stand for a password.
 */
export function refuseDefaultPassword({ database }: Pick<ProcessConfig, 'database'>, isOpen: boolean): void {
  if (!isOpen) return;
  for (const name of ['main', 'codeintel', 'insights'] as const) {
    const dsn = database[name]?.reveal();
    const address = dsn === undefined ? undefined : addressOf(dsn);
    if (!address) continue;
    const { user, password } = address;
    if (password === '') {
      if (address.local || address.certificate || database.allowNoPassword) continue;
      throw refusedPassword(
        `The database user of database.${name} has no password, and the database is reached by TCP.`,
        'Give the database user a password; or, where the server lets this user in by other means (a trusted network, .pgpass, GSSAPI), set database.allowNoPassword',
      );
    }
    if (!KNOWN_PASSWORDS.has(password.toLowerCase()) && password !== user && !/^(.)\1*$/.test(password)) continue;
    throw refusedPassword(
      `The database user of database.${name} has a password that everybody knows.`,
      'Give the database user a password of its own',
    );
  }
}

/** As the driver reads it, which takes what the DSN leaves out from the environment (`PGPASSWORD`, `PGHOST`). Undefined: the driver refuses it later. */
function addressOf(
  dsn: string,
): { readonly user: string; readonly password: string; readonly local: boolean; readonly certificate: boolean } | undefined {
  try {
    const { user = '', password, host, ssl } = new pg.Client({ connectionString: dsn });
    const certificate = (ssl as unknown as { readonly key?: unknown } | boolean | undefined) ?? false;
    return {
      user,
      password: typeof password === 'string' ? password : '',
      local: host.startsWith('/'),
      certificate: typeof certificate === 'object' && certificate.key !== undefined,
    };
  } catch {
    return undefined;
  }
}

const refusedPassword = (what: string, fix: string): SextantError =>
  new SextantError('SEXTANT_STORAGE_DEFAULT_PASSWORD', {
    what,
    why: 'Others than this machine are to come in.',
    fix: `${fix}, or listen on 127.0.0.1, without http.externalUrl and http.trustProxy.`,
  });
