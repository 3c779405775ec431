import './storage-errors.js';
import { SextantError } from '@sextant/sdk';

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && typeof (error as { code?: unknown }).code === 'string'
    ? (error as { code: string }).code
    : '';
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** The connection is gone or cannot be made: what was sent on it may or may not have happened. */
export function isConnectionLoss(error: unknown): boolean {
  const code = codeOf(error);
  // 57P01…3: the server stops, crashed, or does not take connections yet. 08: connection exceptions. 53300: too many connections.
  if (SOCKET_CODES.has(code) || /^(08|57P0[1-3]$|53300$)/.test(code)) return true;
  // TypeORM learns of the loss by an event, and then refuses with an error of its own.
  if ((error as { name?: unknown } | null)?.name === 'QueryRunnerAlreadyReleasedError') return true;
  return /^Connection terminated|^Client has encountered a connection error|not queryable/.test(messageOf(error));
}

/** The database asks for the transaction to be tried again: 40001 serialisation failure, 40P01 deadlock. */
export const isRetryable = (error: unknown): boolean => ['40001', '40P01'].includes(codeOf(innermost(error)));

export const isPoolTimeout = (error: unknown): boolean => messageOf(error).startsWith('timeout exceeded when trying to connect');

/** TypeORM wraps what the driver threw; plugins see one kind of error, the driver's. */
function innermost(error: unknown): unknown {
  return (error as { driverError?: unknown } | null)?.driverError ?? error;
}

/** What a plugin sees: a coded error for the database's own trouble, else the driver's error with its `code` (`23505` …). */
export function storageFailure(error: unknown): unknown {
  const cause = innermost(error);
  if (SextantError.is(cause)) return cause;
  if (isConnectionLoss(cause))
    return new SextantError('SEXTANT_STORAGE_UNAVAILABLE', {
      what: 'The database does not answer.',
      why: reason(cause),
      fix: 'Check that PostgreSQL runs; Sextant goes on by itself when it is back.',
      cause,
    });
  if (isPoolTimeout(cause))
    return new SextantError('SEXTANT_STORAGE_BUSY', {
      what: 'No database connection became free in time.',
      fix: 'Raise the pool size, or find what holds connections for long.',
      cause,
    });
  if (codeOf(cause) === '57014' && messageOf(cause).includes('statement timeout'))
    return new SextantError('SEXTANT_STORAGE_TIMEOUT', {
      what: 'A statement took longer than the statement timeout.',
      fix: 'Make it cheaper, or do the work in smaller steps.',
      cause,
    });
  if (NOT_STORED.has(codeOf(cause)))
    return new SextantError('SEXTANT_STORAGE_TEXT', {
      what: 'A text holds a character that cannot be stored or looked for, such as NUL.',
      fix: 'Leave the character out.',
      cause,
    });
  return cause;
}

/** 22021: NUL, or no UTF-8. 22P05: the same as an escape in JSON. Nothing but what somebody sent us holds them, so no plugin is to blame. */
const NOT_STORED: ReadonlySet<string> = new Set(['22021', '22P05']);

// Never the message itself: node-postgres puts the host into some, and a password may stand in a connection string.
const reason = (cause: unknown): string => {
  const code = codeOf(cause);
  return code === '' ? 'The connection was lost.' : `The connection failed with ${code}.`;
};
