import { type Clock, type Contribution, type Events, type Secrets, SextantError, type Storage, type Tx, type z } from '@sextant/sdk';
import { createTwoFilesPatch } from 'diff';
import { type ConfigurationWarning, type ConfigurationWarnings, type SiteConfiguration, siteConfigurationChanged } from '../api.js';
import { checkAgainstSchemas } from '../jsonc/check-against-schema.js';
import { describeProblem, JsoncDocument, type Problem } from '../jsonc/jsonc-document.js';
import { ConfigurationStore, type ConfigurationVersion } from '../storage/configuration-store.js';
import { redactSecrets, restoreSecrets, secretsOf } from './redact-secrets.js';
import { siteConfigurationSchema } from './site-configuration-schema.js';

/** What the site configuration is when it is declared in a file. */
export interface DeclaredText {
  readonly file: string;
  readonly contents: string;
  readonly allowEdits: boolean;
}

/** A saved state as people may see it. */
export interface RedactedVersion extends Omit<ConfigurationVersion, 'contents'> {
  readonly redactedContents: string;
}

const EMPTY: ConfigurationVersion = { id: 0, contents: '{}', authorUserId: undefined, createdAt: new Date(0) };

/** Reads, checks and saves the site configuration. Every save is a new version; none is ever changed. */
export class Configurations implements SiteConfiguration {
  readonly #store: ConfigurationStore;
  #parsed: { readonly id: number; readonly document: JsoncDocument } | undefined;

  constructor(
    private readonly db: Storage,
    private readonly secrets: Secrets,
    private readonly events: Events,
    private readonly clock: Clock,
    private readonly contributed: readonly Contribution<z.ZodObject>[],
    private readonly declared: DeclaredText | undefined,
    private readonly warning: readonly Contribution<ConfigurationWarnings>[] = [],
  ) {
    this.#store = new ConfigurationStore(db, secrets);
  }

  get editable(): boolean {
    return this.declared?.allowEdits ?? true;
  }

  async effective(): Promise<Readonly<Record<string, unknown>>> {
    return (await this.#document()).value;
  }

  async latest(): Promise<RedactedVersion> {
    return this.#redacted((await this.#store.latest()) ?? EMPTY);
  }

  /** Newest first. */
  async history(page: { readonly limit: number; readonly beforeId?: number }): Promise<readonly RedactedVersion[]> {
    return (await this.#store.list(page)).map((version) => this.#redacted(version));
  }

  async count(): Promise<number> {
    return this.#store.count();
  }

  /** A unified diff of the redacted texts, from the version before. Undefined when there is none. */
  async diff(version: RedactedVersion): Promise<string> {
    const [before] = await this.#store.list({ limit: 1, beforeId: version.id });
    const old = before ? this.#redacted(before).redactedContents : '';
    return createTwoFilesPatch(`version ${before?.id ?? 0}`, `version ${version.id}`, old, version.redactedContents);
  }

  /** Sentences about what is wrong with the configuration in force; empty when all is well. */
  async validationMessages(): Promise<readonly string[]> {
    const document = await this.#document();
    const warned = (await this.warnings()).map(({ key, what, why, fix }) => ({
      ...document.position([key]),
      path: [key],
      message: `${what} ${why} ${fix}`,
    }));
    return [...this.#problems(document), ...warned].map(describeProblem);
  }

  /** As {@link validationMessages}, without {@link warnings}. */
  async problems(): Promise<readonly string[]> {
    return this.#problems(await this.#document()).map(describeProblem);
  }

  /** What is well-formed and unwise in the configuration in force. */
  async warnings(): Promise<readonly ConfigurationWarning[]> {
    const effective = await this.effective();
    return (await Promise.all(this.warning.map(({ value }) => value.about(effective)))).flat();
  }

  #problems(document: JsoncDocument): readonly Problem[] {
    const { errors, unknownKeys } = checkAgainstSchemas(document, this.#schemas());
    return [...errors, ...document.repeatedKeys(), ...unknownKeys];
  }

  /**
   * Saves a new version on top of `lastId`. Where it says `REDACTED`, the stored secret stays. `alongside` writes in the same transaction, when
   * anything changed.
   * @throws SEXTANT_SITE_DECLARED, SEXTANT_SITE_JSONC_INVALID, SEXTANT_SITE_CONFIGURATION_CONFLICT, …_INVALID, …_REDACTED.
   */
  async save(
    input: { readonly lastId: number; readonly contents: string; readonly authorUserId: number | undefined },
    alongside?: (tx: Tx, id: number) => Promise<void>,
  ): Promise<number> {
    if (!this.editable) {
      throw new SextantError('SEXTANT_SITE_DECLARED', {
        what: 'The site configuration cannot be edited here.',
        why: `It is declared in the file ${this.declared?.file}.`,
        fix: 'Change the file and restart, or set plugins.site.siteConfiguration.allowEdits.',
      });
    }
    const edited = JsoncDocument.parse(input.contents);
    return this.#insert(edited, input.authorUserId, input.lastId, alongside);
  }

  /** Brings the database in line with the file, when there is one: its text becomes a version unless it is the latest one. */
  async applyDeclared(alongside?: (tx: Tx, id: number) => Promise<void>): Promise<void> {
    if (!this.declared) return;
    const document = JsoncDocument.parse(this.declared.contents);
    const latest = await this.#store.latest();
    if (latest?.contents !== document.text) await this.#insert(document, undefined, undefined, alongside);
  }

  async #insert(
    edited: JsoncDocument,
    authorUserId: number | undefined,
    lastId: number | undefined,
    alongside?: (tx: Tx, id: number) => Promise<void>,
  ): Promise<number> {
    return this.db.transaction(async (tx) => {
      // Two who save at once must not both be the next version.
      await tx.query('lock table configuration_versions in share row exclusive mode');
      const store = new ConfigurationStore(tx, this.secrets);
      const latest = (await store.latest()) ?? EMPTY;
      if (lastId !== undefined && lastId !== latest.id) {
        throw new SextantError('SEXTANT_SITE_CONFIGURATION_CONFLICT', {
          what: 'The site configuration was saved by somebody else in between.',
          why: `The latest version is ${latest.id}, the edit was made on ${lastId}.`,
          fix: 'Read it again, and make the change on what is there now.',
          details: { latestID: latest.id },
        });
      }
      const isSecret = secretsOf(this.#schemas());
      const restored = restoreSecrets(edited, JsoncDocument.parse(latest.contents), isSecret);
      const problems = [...checkAgainstSchemas(restored, this.#schemas()).errors, ...restored.repeatedKeys()];
      if (problems.length > 0) throw invalid(problems);
      if (restored.text === latest.contents) return latest.id;
      const id = await store.insert({ contents: restored.text, authorUserId, createdAt: this.clock.now() });
      await alongside?.(tx, id);
      await this.events.publish(siteConfigurationChanged, { id }, { tx });
      return id;
    });
  }

  #schemas(): readonly z.ZodObject[] {
    return [siteConfigurationSchema, ...this.contributed.map(({ value }) => value)];
  }

  /** Asks the database for the latest number each time: an event may be lost, and this must not be stale. */
  async #document(): Promise<JsoncDocument> {
    const id = await this.#store.latestId();
    if (this.#parsed?.id !== id) {
      const version = (await this.#store.latest()) ?? EMPTY;
      this.#parsed = { id: version.id, document: JsoncDocument.parse(version.contents) };
    }
    return this.#parsed.document;
  }

  #redacted({ contents, ...version }: ConfigurationVersion): RedactedVersion {
    return { ...version, redactedContents: redactSecrets(JsoncDocument.parse(contents), secretsOf(this.#schemas())) };
  }
}

const invalid = (problems: readonly Problem[]): SextantError =>
  new SextantError('SEXTANT_SITE_CONFIGURATION_INVALID', {
    what: 'The site configuration does not fit its schema.',
    why: `${problems.slice(0, 5).map(describeProblem).join('; ')}.`,
    fix: 'Correct the named keys.',
    details: { problems: problems.slice(0, 50) },
  });
