import { type Operation, type Resolved, type Resolver, SextantError } from '@sextant/sdk';
import { JsoncDocument, type JsonPath } from '../../jsonc/jsonc-document.js';
import type { SettingsEdit } from '../../settings/settings-cascade.js';
import { DEFAULT_SETTINGS, type SettingsSubject, type StoredSubject } from '../../settings/settings-subject.js';
import type { SettingsVersion } from '../../storage/settings-store.js';
import { authorOf } from './site-resolvers.js';
import {
  DEFAULT_SETTINGS_ID,
  mayChange,
  maySee,
  parentOf,
  type SubjectParent,
  subjectNotFound,
  subjectOf,
  subjectType,
  visibleSubject,
} from './subject-access.js';
import type { ApiDeps, SiteServices } from './wiring.js';

type Fields = Readonly<Record<string, Resolver>>;
type SettingsParent = SettingsVersion & { readonly subject: SettingsSubject };
interface EditInput {
  readonly keyPath: readonly { readonly property?: string | null; readonly index?: number | null }[];
  readonly value?: unknown;
  readonly valueIsJSONCEncodedString?: boolean | null;
}
interface MutationGroup {
  readonly subject: StoredSubject;
  /** Of the last change so far. GraphQL runs the changes of a group at once; this puts them in a row, and ends the row at a failure. */
  lastId: Promise<number | undefined>;
}

const MAX_KEY_PATH = 50;
const MAX_PREVIOUS = 50;

export function settingsResolvers(
  d: Resolved<ApiDeps>,
  { cascade, site }: SiteServices,
): { readonly types: Readonly<Record<string, Fields>>; readonly siteFields: Fields; readonly queries: Fields; readonly mutations: Fields } {
  const latestSettings = async (parent: SubjectParent, _args: unknown, op: Operation): Promise<SettingsParent | null> => {
    const subject = subjectOf(parent);
    if (!(await maySee(op.actor, subject, d))) return null;
    if (subject.kind === 'default') {
      const contents = JSON.stringify(cascade.defaults(), null, 2);
      return { id: 0, contents, authorUserId: undefined, createdAt: (await site.identity()).createdAt, subject };
    }
    const version = await op.loader<StoredSubject, SettingsVersion | null>('latest-settings').load(subject);
    return version && { ...version, subject };
  };
  const settingsCascade = async (
    parent: SubjectParent,
    _args: unknown,
    { actor }: Operation,
  ): Promise<{ subjects: readonly SettingsSubject[] } | null> => {
    const subject = subjectOf(parent);
    return (await maySee(actor, subject, d)) ? { subjects: await cascade.chain(subject) } : null;
  };
  const subjectFields: Fields = { latestSettings, settingsCascade };
  const save = async (group: MutationGroup, edit: () => SettingsEdit, { actor }: Operation): Promise<object> => {
    group.lastId = group.lastId.then((lastId) => cascade.save(group.subject, lastId, edit(), actor.userId));
    await group.lastId;
    return { empty: { alwaysNil: null } };
  };
  return {
    siteFields: subjectFields,
    queries: {
      viewerSettings: async (_parent, _args, { actor }) => ({ subjects: await cascade.subjectsOf(actor.userId) }),
      settingsSubject: async (_parent, { id }: { id: string }, { actor }) => (await visibleSubject(id, actor, d)) ?? null,
    },
    mutations: {
      settingsMutation: async (
        _parent,
        { input }: { input: { subject: string; lastID?: number | null } },
        { actor },
      ): Promise<MutationGroup> => {
        const parent = await visibleSubject(input.subject, actor, d);
        if (!parent) throw subjectNotFound();
        const subject = subjectOf(parent);
        if (subject.kind === 'default' || !(await mayChange(actor, subject, d))) {
          throw new SextantError('SEXTANT_SETTINGS_FORBIDDEN', {
            what: 'You may not change these settings.',
            why: subject.kind === 'default' ? 'They come with the program.' : 'Only site admins may.',
            fix: 'Change your own settings, or ask a site admin.',
          });
        }
        return { subject, lastId: Promise.resolve(input.lastID ?? undefined) };
      },
    },
    types: {
      SettingsSubject: { __resolveType: (parent: SubjectParent) => subjectType(parent) },
      DefaultSettings: {
        id: () => DEFAULT_SETTINGS_ID,
        settingsURL: () => null,
        viewerCanAdminister: () => false,
        latestSettings: (_parent, args, op) => latestSettings(DEFAULT_SETTINGS as SubjectParent, args, op),
        settingsCascade: (_parent, args, op) => settingsCascade(DEFAULT_SETTINGS as SubjectParent, args, op),
      },
      User: subjectFields,
      Org: subjectFields,
      Settings: {
        author: (version: SettingsParent, _args, op) => authorOf(version, op),
        subject: async (version: SettingsParent) => (await parentOf(version.subject, d)) ?? null,
        previous: async ({ id, subject }: SettingsParent, { first }: { first?: number | null }): Promise<readonly SettingsParent[]> => {
          if (subject.kind === 'default') return [];
          const limit = Math.min(Math.max(first ?? 10, 0), MAX_PREVIOUS);
          return (await cascade.history(subject, { limit, beforeId: id })).map((version) => ({ ...version, subject }));
        },
      },
      SettingsCascade: {
        subjects: async ({ subjects }: { subjects: readonly SettingsSubject[] }) =>
          (await Promise.all(subjects.map((subject) => parentOf(subject, d)))).filter((parent) => parent !== undefined),
        final: async ({ subjects }: { subjects: readonly SettingsSubject[] }) => JSON.stringify(await cascade.merged(subjects)),
      },
      SettingsMutation: {
        editSettings: (group: MutationGroup, { edit }: { edit: EditInput }, op) =>
          save(
            group,
            () => (edit.keyPath.length === 0 ? wholeText(edit) : { kind: 'edit', path: keyPath(edit.keyPath), value: newValue(edit) }),
            op,
          ),
        overwriteSettings: (group: MutationGroup, { contents }: { contents: string }, op) =>
          save(group, () => ({ kind: 'overwrite', contents }), op),
      },
    },
  };
}

/** An empty key path names the whole: `src config edit -overwrite` replaces it so. */
function wholeText({ value, valueIsJSONCEncodedString }: EditInput): { readonly kind: 'overwrite'; readonly contents: string } {
  if (value === null || value === undefined) throw malformed('Without a key path there is a value that replaces the settings.');
  if (!valueIsJSONCEncodedString) return { kind: 'overwrite', contents: JSON.stringify(value, null, 2) };
  if (typeof value !== 'string') throw malformed('The value is said to be a text that holds JSON, and is not a text.');
  return { kind: 'overwrite', contents: value };
}

function keyPath(segments: EditInput['keyPath']): JsonPath {
  if (segments.length > MAX_KEY_PATH) throw malformed(`A key path has no more than ${MAX_KEY_PATH} steps.`);
  return segments.map(({ property, index }) => {
    if ((property == null) === (index == null)) throw malformed('Each step of a key path is either a property or an index.');
    if (index != null && index < -1) throw malformed('An index is 0 or more, or -1 for behind the end.');
    return property ?? (index as number);
  });
}

/** Undefined removes what is there. */
function newValue({ value, valueIsJSONCEncodedString }: EditInput): unknown {
  if (value === null || value === undefined) return undefined;
  if (!valueIsJSONCEncodedString) return value;
  if (typeof value !== 'string') throw malformed('The value is said to be a text that holds JSON, and is not a text.');
  // As the only member of an object, any value is checked by the one parser that knows our limits.
  const wrapped = JsoncDocument.parse(`{"value":\n${value}\n}`);
  if (wrapped.root.children?.length !== 1) throw malformed('The value holds more than one value.');
  return wrapped.value['value'];
}

const malformed = (why: string): SextantError =>
  new SextantError('SEXTANT_SETTINGS_INVALID', { what: 'The edit of the settings is malformed.', why, fix: 'Correct the edit.' });
