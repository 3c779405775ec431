import { type Clock, type Manifest, SextantError } from '@sextant/sdk';
import type pg from 'pg';
import type { KeyHolders } from '../secrets/key-holders.js';
import type { KeyRing } from '../secrets/key-ring.js';
import { PluginSecrets } from '../secrets/plugin-secrets.js';
import { countSealed, resealColumn, type SealedPlace, sealedPlaces, tablesNaming } from '../secrets/sealed-columns.js';
import { counted } from '../services/sentence.js';
import type { DatabaseName, Databases } from '../storage/databases.js';
import { ourSchemas } from '../storage/transfer/copyable-tables.js';
import type { ActTable } from './act-table.js';
import { storageDefinitions } from './storage-definitions.js';

/** How a stored value's key stands: it seals; it only opens; the key file does not hold it. */
export type KeyState = 'primary' | 'old' | 'missing';

export interface SecretsStatus {
  readonly keyFile: string;
  readonly keys: readonly { readonly id: string; readonly state: KeyState; readonly createdAt?: string; readonly values: number }[];
  readonly columns: readonly {
    readonly plugin: string;
    readonly table: string;
    readonly column: string;
    readonly values: number;
    /** Not sealed at all, though the column is declared so. */
    readonly unsealed: number;
  }[];
}

export interface Rotation {
  /** The key that was made; undefined when a rotation before, which had not reached everything, was brought to its end. */
  readonly madeKey: string | undefined;
  readonly primary: string;
  readonly resealed: number;
  /** Values that are not under `primary`, because they cannot be opened. */
  readonly unreadable: number;
}

export interface MissingKeys {
  /** Go on though values are sealed under keys that the key file does not hold: they are lost, and stay as they are. */
  readonly ignoreMissing?: boolean;
}

export interface RotationOptions extends MissingKeys {
  readonly signal: AbortSignal;
  progress(text: string): void;
}

/** Milliseconds after which nothing that was sealed before a rotation can still be on its way into the database. */
const GRACE = 10 * 60_000;
// Each pass leaves what somebody changed beside it; a process that seals with the old key for ever must not hold us for ever.
const MAX_PASSES = 10;
const LOCK = 7_355_608_114;
const SCAN_TIMEOUT = 30 * 60_000;

export interface SecretsSources {
  readonly keys: KeyRing;
  readonly database: { readonly databases: Databases };
  /** Asks the running processes whether they have a key. */
  askForKey(id: string, signal: AbortSignal): Promise<KeyHolders>;
  /** Where it is written down that somebody did this. */
  readonly acts: Pick<ActTable, 'record'>;
}

/** What an administrator does to the keys that seal stored credentials, without starting any plugin. All of it works beside running processes. */
export class SecretsAdmin {
  readonly #ring: KeyRing;
  readonly #databases: Databases;

  constructor(
    private readonly manifests: readonly Manifest[],
    private readonly stored: SecretsSources,
    private readonly clock: Pick<Clock, 'now'>,
  ) {
    this.#ring = stored.keys;
    this.#databases = stored.database.databases;
  }

  /** How many values are under which key. Never a key, nor a value. */
  async status(): Promise<SecretsStatus> {
    return (await this.#count()).status;
  }

  /**
   * Makes a new key and seals every stored value with it. A rotation that was interrupted is brought to its end first, and then makes no further key.
   * The old keys stay and open what others have read or backed up.
   * @throws SEXTANT_SECRETS_KEY_MISSING, SEXTANT_SECRETS_KEY_READ_ONLY, SEXTANT_SECRETS_KEY_NOT_SHARED,
   * SEXTANT_SECRETS_ROTATING
   */
  rotate(options: RotationOptions): Promise<Rotation> {
    return this.#alone(async () => {
      const { status, places } = await this.#count();
      if (!options.ignoreMissing) refuseMissingKeys(status);
      const continued = await this.#resealAll(places, options);
      if (continued.resealed > 0) {
        await this.stored.acts.record('secrets', 'rotated', { resealed: continued.resealed, newKey: false });
        return { madeKey: undefined, ...continued };
      }
      const madeKey = this.#ring.add();
      await this.#agreeOn(madeKey, options);
      this.#ring.promote(madeKey);
      options.progress(`Made the key ${madeKey}.`);
      // Not the key's name: a text that holds it counts as sealed under it when the key is dropped.
      await this.stored.acts.record('secrets', 'rotated', { newKey: true });
      return { madeKey, ...(await this.#resealAll(places, options)) };
    });
  }

  /**
   * Forgets the old keys. @returns the ids that are gone.
   * @throws SEXTANT_SECRETS_KEY_IN_USE while anything may be sealed under one: a declared value, a text in any other table of ours, or, within ten
   * minutes of a rotation, what a request had sealed and not yet written.
   */
  dropOld({ ignoreMissing = false }: MissingKeys = {}): Promise<readonly string[]> {
    return this.#alone(async (main) => {
      const { status } = await this.#count();
      if (!ignoreMissing) refuseMissingKeys(status);
      const old = status.keys.filter(({ state }) => state === 'old');
      if (old.length === 0) return [];
      const age = this.clock.now().getTime() - Date.parse(this.#ring.primary.createdAt);
      if (age < GRACE)
        throw inUse(
          `The key in use is ${counted(Math.max(0, Math.floor(age / 60_000)), 'minute')} old: a request may still write what the key before has sealed.`,
        );
      const needed = old.filter(({ values }) => values > 0);
      if (needed.length > 0) throw inUse(stillSealed(needed));
      for (const { id } of old) {
        const naming = await this.#tablesNaming(main, id);
        if (naming.length > 0) throw inUse(`Values under ${id} are in ${naming.join(', ')}, in no column that a plugin declares.`);
      }
      await this.stored.acts.record('secrets', 'oldKeysDropped', { keys: old.length });
      return this.#ring.retire(old.map(({ id }) => id));
    });
  }

  /** A process with a key file of its own could not open what the new key seals. */
  async #agreeOn(id: string, { signal, progress }: RotationOptions): Promise<void> {
    const { holding, lacking } = await this.stored.askForKey(id, signal);
    if (lacking.length === 0) return progress(`${counted(holding.length, 'running process has', 'running processes have')} the new key.`);
    this.#ring.retire([id]);
    throw new SextantError('SEXTANT_SECRETS_KEY_NOT_SHARED', {
      what: `No key was made: ${counted(lacking.length, 'running process', 'running processes')} would not have it.`,
      why: `These read another key file: ${lacking.join(', ')}.`,
      fix: 'Give every process one `keysDir`, or bring the key file to each (docs/operations.md); stop a process that is not of this installation.',
    });
  }

  async #count(): Promise<{ readonly status: SecretsStatus; readonly places: readonly SealedPlace[] }> {
    const places = await this.#places();
    const perKey = new Map(this.#ring.keys.map(({ id }) => [id, 0]));
    const columns: SecretsStatus['columns'][number][] = [];
    for (const place of places) {
      const counts = await countSealed(place);
      let values = 0;
      for (const [id, n] of counts) {
        values += n;
        if (id !== '') perKey.set(id, (perKey.get(id) ?? 0) + n);
      }
      columns.push({ plugin: place.plugin, table: place.table, column: place.column, values, unsealed: counts.get('') ?? 0 });
    }
    const known = new Map(this.#ring.keys.map((key) => [key.id, key]));
    const primary = this.#ring.primary.id;
    const keys = [...perKey].map(([id, values]) => {
      const key = known.get(id);
      return key === undefined
        ? { id, state: 'missing' as const, values }
        : { id, state: id === primary ? ('primary' as const) : ('old' as const), createdAt: key.createdAt, values };
    });
    return { status: { keyFile: this.#ring.path, keys, columns }, places };
  }

  async #places(): Promise<readonly SealedPlace[]> {
    const places: SealedPlace[] = [];
    for (const manifest of this.manifests) {
      const definitions = await storageDefinitions(manifest);
      const database: DatabaseName = definitions[0]?.database ?? 'main';
      const columns = definitions.flatMap((definition) => definition.sealed ?? []);
      places.push(...(await sealedPlaces(this.#databases.pool(database), manifest.id, columns)));
    }
    return places;
  }

  async #resealAll(places: readonly SealedPlace[], { signal, progress }: RotationOptions): Promise<Omit<Rotation, 'madeKey'>> {
    const primary = this.#ring.primary.id;
    let resealed = 0;
    for (let pass = 1; ; pass++) {
      let overtaken = 0;
      let unreadable = 0;
      for (const place of places) {
        const secrets = new PluginSecrets(this.#ring, place.plugin);
        const before = resealed;
        const done = await resealColumn(place, {
          primary,
          reseal: (sealed) => secrets.reseal(sealed),
          signal,
          progress: (n) => progress(`${place.plugin}: ${place.table}.${place.column}: ${counted(n, 'value')} sealed anew`),
        });
        resealed = before + done.resealed;
        overtaken += done.overtaken;
        unreadable += done.unreadable;
      }
      if (overtaken === 0 || pass === MAX_PASSES) return { primary, resealed, unreadable };
    }
  }

  async #tablesNaming(main: pg.ClientBase, id: string): Promise<readonly string[]> {
    const naming: string[] = [];
    for (const { name, pool } of this.#databases.distinct()) {
      const client = name === 'main' ? main : await pool.dedicated('sextant secrets');
      try {
        await client.query(`set statement_timeout to ${SCAN_TIMEOUT}`);
        naming.push(...(await tablesNaming(client, await ourSchemas(client), id)));
      } finally {
        if (client !== main) await (client as pg.Client).end().catch(() => undefined);
      }
    }
    return naming;
  }

  /** Held by the session: it goes when the process is killed. */
  async #alone<R>(work: (main: pg.ClientBase) => Promise<R>): Promise<R> {
    const client = await this.#databases.pool('main').dedicated('sextant secrets');
    try {
      const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [LOCK]);
      if (rows[0]?.taken !== true)
        throw new SextantError('SEXTANT_SECRETS_ROTATING', {
          what: 'Another process rotates or drops keys of this database.',
          fix: 'Wait until it is done.',
        });
      return await work(client);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

/** A key file of another installation, or a new one of a wrong folder: what it sealed nobody else could open. */
function refuseMissingKeys({ keyFile, keys }: SecretsStatus): void {
  const missing = keys.filter(({ state }) => state === 'missing');
  if (missing.length === 0) return;
  throw new SextantError('SEXTANT_SECRETS_KEY_MISSING', {
    what: `The key file ${keyFile} does not hold every key that stored values are sealed under.`,
    why: stillSealed(missing),
    fix: 'Name the data folder or `keysDir` of the installation, or restore its key file. When it is lost, enter the credentials again and say --ignore-missing.',
  });
}

const stillSealed = (keys: readonly { readonly id: string; readonly values: number }[]): string =>
  keys.map(({ id, values }) => `${counted(values, 'value is', 'values are')} sealed under ${id}.`).join(' ');

const inUse = (why: string): SextantError =>
  new SextantError('SEXTANT_SECRETS_KEY_IN_USE', {
    what: 'The old keys are still needed, so none was dropped.',
    why,
    fix: 'Run `sextant secrets rotate`, wait ten minutes, and try again; a plugin that keeps sealed values elsewhere declares their column.',
  });
