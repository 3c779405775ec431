import type { Organizations } from '@sextant/plugin-identity/api';
import { type Clock, type Contribution, SextantError, type Storage, z } from '@sextant/sdk';
import type { Settings } from '../api.js';
import type { DeclaredText } from '../configuration/configurations.js';
import { checkAgainstSchemas } from '../jsonc/check-against-schema.js';
import { editJsonc } from '../jsonc/edit-jsonc.js';
import { describeProblem, JsoncDocument, type JsonPath, pathText } from '../jsonc/jsonc-document.js';
import { SettingsStore, type SettingsVersion } from '../storage/settings-store.js';
import { mergeSettings, type SettingsValue } from './merge-settings.js';
import { settingsSchema } from './settings-schema.js';
import { DEFAULT_SETTINGS, type SettingsSubject, SITE_SETTINGS, type StoredSubject, subjectKey } from './settings-subject.js';

export type SettingsEdit =
  | { readonly kind: 'overwrite'; readonly contents: string }
  /** Without a value, what stands at the path is removed. */
  | { readonly kind: 'edit'; readonly path: JsonPath; readonly value: unknown };

/** Reads, merges and saves settings. Every save is a new version; none is ever changed. */
export class SettingsCascade implements Settings {
  readonly #store: SettingsStore;

  constructor(
    private readonly db: Storage,
    private readonly clock: Clock,
    private readonly organizations: Organizations,
    private readonly contributed: readonly Contribution<z.ZodObject>[],
    private readonly declared: DeclaredText | undefined,
  ) {
    this.#store = new SettingsStore(db);
  }

  /** The settings that come with the program, from the defaults of all schemas. */
  defaults(): SettingsValue {
    return mergeSettings(this.#schemas().map(defaultsOf));
  }

  /** Where settings of the user come from, the farthest first. */
  async subjectsOf(userId: number | undefined): Promise<readonly SettingsSubject[]> {
    if (userId === undefined) return [DEFAULT_SETTINGS, SITE_SETTINGS];
    const groups = await this.organizations.ofUser(userId);
    return [
      DEFAULT_SETTINGS,
      SITE_SETTINGS,
      ...groups.map(({ id }) => ({ kind: 'organization', id }) as const),
      { kind: 'user', id: userId },
    ];
  }

  /** The subject with all that are farther. */
  async chain(subject: SettingsSubject): Promise<readonly SettingsSubject[]> {
    switch (subject.kind) {
      case 'default':
        return [DEFAULT_SETTINGS];
      case 'site':
        return [DEFAULT_SETTINGS, SITE_SETTINGS];
      case 'organization':
        return [DEFAULT_SETTINGS, SITE_SETTINGS, subject];
      case 'user':
        return this.subjectsOf(subject.id);
    }
  }

  async final(userId: number | undefined): Promise<Readonly<Record<string, unknown>>> {
    return this.merged(await this.subjectsOf(userId));
  }

  async merged(subjects: readonly SettingsSubject[]): Promise<SettingsValue> {
    const stored = subjects.filter((subject) => subject.kind !== 'default');
    const found = await this.#store.latestOf(stored);
    const values = stored.map((subject) => found.get(subjectKey(subject))?.contents ?? '{}').map((text) => JsoncDocument.parse(text).value);
    return mergeSettings([this.defaults(), ...values]);
  }

  async latestOf(subjects: readonly StoredSubject[]): Promise<ReadonlyMap<string, SettingsVersion>> {
    return this.#store.latestOf(subjects);
  }

  async history(subject: StoredSubject, page: { readonly limit: number; readonly beforeId?: number }): Promise<readonly SettingsVersion[]> {
    return this.#store.history(subject, page);
  }

  /** False while a file declares the settings of the site. */
  editable(subject: SettingsSubject): boolean {
    return subject.kind === 'site' ? (this.declared?.allowEdits ?? true) : subject.kind !== 'default';
  }

  /**
   * Saves a new version on top of `lastId`, undefined for the first one.
   * @throws SEXTANT_SITE_DECLARED, SEXTANT_SETTINGS_CONFLICT, SEXTANT_SETTINGS_INVALID, SEXTANT_SITE_JSONC_INVALID.
   */
  async save(subject: StoredSubject, lastId: number | undefined, edit: SettingsEdit, authorUserId: number | undefined): Promise<number> {
    if (!this.editable(subject)) {
      throw new SextantError('SEXTANT_SITE_DECLARED', {
        what: 'The settings of the site cannot be edited here.',
        why: `They are declared in the file ${this.declared?.file}.`,
        fix: 'Change the file and restart, or set plugins.site.globalSettings.allowEdits.',
      });
    }
    return this.db.transaction(async (tx) => {
      const store = new SettingsStore(tx);
      await store.lock(subject);
      const latest = await store.latest(subject);
      if (latest?.id !== lastId) throw conflict(latest?.id, lastId);
      const before = JsoncDocument.parse(latest?.contents ?? '{}');
      const after = edit.kind === 'overwrite' ? JsoncDocument.parse(edit.contents) : edited(before, edit.path, edit.value);
      this.#refuseNewProblems(before, after);
      return store.insert(subject, { contents: after.text, authorUserId, createdAt: this.clock.now() });
    });
  }

  /** Brings the settings of the site in line with the file, when there is one. */
  async applyDeclared(): Promise<void> {
    if (!this.declared) return;
    const { text } = JsoncDocument.parse(this.declared.contents);
    await this.db.transaction(async (tx) => {
      const store = new SettingsStore(tx);
      await store.lock(SITE_SETTINGS);
      const latest = await store.latest(SITE_SETTINGS);
      if (latest?.contents !== text)
        await store.insert(SITE_SETTINGS, { contents: text, authorUserId: undefined, createdAt: this.clock.now() });
    });
  }

  /** What was wrong before may stay: a plugin's new schema must not lock people out of their other settings. */
  #refuseNewProblems(before: JsoncDocument, after: JsoncDocument): void {
    const schemas = this.#schemas();
    const known = new Set(checkAgainstSchemas(before, schemas).errors.map(({ path, message }) => `${pathText(path)} ${message}`));
    const problems = checkAgainstSchemas(after, schemas).errors.filter(({ path, message }) => !known.has(`${pathText(path)} ${message}`));
    if (problems.length === 0) return;
    throw new SextantError('SEXTANT_SETTINGS_INVALID', {
      what: 'The settings do not fit their schema.',
      why: `${problems.slice(0, 5).map(describeProblem).join('; ')}.`,
      fix: 'Correct the named keys.',
      details: { problems: problems.slice(0, 50) },
    });
  }

  #schemas(): readonly z.ZodObject[] {
    return [settingsSchema, ...this.contributed.map(({ value }) => value)];
  }
}

function edited(document: JsoncDocument, path: JsonPath, value: unknown): JsoncDocument {
  if (path.length === 0) throw malformedEdit('Its key path is empty.');
  try {
    return editJsonc(document, path, value);
  } catch (error) {
    if (SextantError.is(error)) throw error;
    throw malformedEdit('Its key path leads through a value that is neither an object nor a list.');
  }
}

/** Of each field by itself: a schema's required fields have no default, and that is no error here. */
function defaultsOf(schema: z.ZodObject): SettingsValue {
  const found: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(schema.shape)) {
    const result = z.safeParse(field as z.ZodType, undefined);
    if (result.success && result.data !== undefined) found[key] = result.data;
  }
  return found;
}

const malformedEdit = (why: string): SextantError =>
  new SextantError('SEXTANT_SETTINGS_INVALID', {
    what: 'The edit of the settings is malformed.',
    why,
    fix: 'Name the key to set, step by step.',
  });

const conflict = (latestId: number | undefined, lastId: number | undefined): SextantError =>
  new SextantError('SEXTANT_SETTINGS_CONFLICT', {
    what: 'The settings were saved by somebody else in between.',
    why: `The latest version is ${latestId ?? 'none'}, the edit was made on ${lastId ?? 'none'}.`,
    fix: 'Read them again, and make the change on what is there now.',
    details: { latestID: latestId ?? null },
  });
