import { declareErrors } from '@sextant/sdk';

export const embeddedErrors = declareErrors({
  SEXTANT_DATA_FOLDER_IN_USE: {
    status: 503,
    summary: 'Another process works on this data folder.',
    fix: 'Stop that process, or choose another folder with --data-dir.',
  },
  SEXTANT_DATA_FOLDER_UNUSABLE: {
    status: 503,
    summary: 'The data folder cannot be made or written to.',
    fix: 'Make it, give it to the user that runs Sextant, or choose another folder with --data-dir.',
  },
  SEXTANT_STORAGE_POSTGRES_MAJOR: {
    status: 503,
    summary: 'The data folder holds a database of another PostgreSQL major version.',
    fix: 'Export it with the version that made it (`sextant db export`), and import it here (`sextant db import`).',
  },
  SEXTANT_STORAGE_EMBEDDED_UNSUPPORTED: {
    status: 503,
    summary: 'The embedded PostgreSQL does not run on this platform.',
    fix: 'Configure the address (DSN) of a PostgreSQL server.',
  },
  SEXTANT_STORAGE_EMBEDDED_ACCOUNT: {
    status: 503,
    summary: 'No account was found under which the embedded PostgreSQL may run.',
    fix: 'Choose a data folder that every user may enter, run as an ordinary user, or configure a DSN.',
  },
  SEXTANT_STORAGE_EMBEDDED_START: {
    status: 503,
    summary: 'The embedded PostgreSQL did not start.',
    fix: 'Read the quoted lines of its log; they name the cause.',
  },
});
