import { declareErrors } from '@sextant/sdk';

export const storageErrors = declareErrors({
  SEXTANT_STORAGE_UNAVAILABLE: {
    status: 503,
    summary: 'The database does not answer.',
    fix: 'Check that PostgreSQL runs and that its address is right; Sextant goes on by itself when it is back.',
  },
  SEXTANT_STORAGE_BUSY: {
    status: 503,
    summary: 'No database connection became free in time.',
    fix: 'Raise the pool size, or find what holds connections for long.',
  },
  SEXTANT_STORAGE_TIMEOUT: {
    status: 503,
    summary: 'A statement took longer than the statement timeout.',
    fix: 'Make the statement cheaper, or do the work in smaller steps.',
  },
  SEXTANT_STORAGE_TEXT: {
    status: 400,
    summary: 'A text holds a character that cannot be stored or looked for, such as NUL.',
    fix: 'Leave the character out.',
  },
  SEXTANT_STORAGE_TRANSACTION_CLOSED: {
    status: 500,
    summary: 'A transaction was used after its end.',
    fix: 'Await all work on `tx` inside the function given to transaction().',
  },
  SEXTANT_STORAGE_WHERE: {
    status: 500,
    summary: 'A condition is empty, or names a column with the value undefined.',
    fix: 'Give a value, an array of values or null; use query() to touch every row.',
  },
  SEXTANT_STORAGE_UNDECLARED: {
    status: 500,
    summary: 'A part asks for core.storage and has not declared a storage.',
    fix: 'Add `storage` to the manifest of the plugin.',
  },
  SEXTANT_STORAGE_TWICE: {
    status: 500,
    summary: 'A plugin has a storage in its manifest, and a part of it declares one too.',
    fix: 'Remove r.storage() from the part.',
  },
  SEXTANT_STORAGE_ENTITY: {
    status: 500,
    summary: 'An entity was used that the plugin did not declare in its storage.',
    fix: 'Add the class to `entities` of r.storage().',
  },
  SEXTANT_STORAGE_MIGRATION_INVALID: {
    status: 500,
    summary: 'A migration is malformed.',
    fix: 'Give it a unique name that ends in 13 digits (milliseconds since 1970).',
  },
  SEXTANT_STORAGE_MIGRATION_FAILED: {
    status: 500,
    summary: 'A migration threw; it was rolled back.',
    fix: 'Mend its cause and start again: it is resumed at this migration.',
  },
  SEXTANT_STORAGE_MIGRATION_LOCKED: {
    status: 503,
    summary: 'Another process migrates this database, and did not end in time.',
    fix: 'Wait for the named process, or end it; the lock goes away with it.',
  },
  SEXTANT_STORAGE_MIGRATION_PENDING: {
    status: 503,
    summary: 'The database is not migrated yet.',
    fix: 'Start a process with the role migrator, or run `sextant db migrate`.',
  },
  SEXTANT_STORAGE_DATABASE_AHEAD: {
    status: 503,
    summary: 'The database was migrated by a newer program in a way this one does not understand.',
    fix: 'Run the newer version again, or import an export that was made before the upgrade.',
  },
  SEXTANT_STORAGE_NOT_EMPTY: {
    status: 409,
    summary: 'The database to import into already holds data of Sextant.',
    fix: 'Import into an empty database.',
  },
  SEXTANT_STORAGE_ARCHIVE_FILE: {
    status: 400,
    summary: 'The file of an archive cannot be read or written.',
    fix: 'Name a file in a folder that is there, and that this user may read and write.',
  },
  SEXTANT_STORAGE_ARCHIVE: {
    status: 400,
    summary: 'The archive cannot be imported: it is damaged, of another format, or of plugins that are not installed.',
    fix: 'Use an unchanged archive made by `sextant db export`, and install the named plugins.',
  },
});
