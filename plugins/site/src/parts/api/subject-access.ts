import type { Organization, User } from '@sextant/plugin-identity/api';
import { type Actor, decodeNodeId, encodeNodeId, type Resolved, SextantError } from '@sextant/sdk';
import { DEFAULT_SETTINGS, type SettingsSubject, SITE_SETTINGS } from '../../settings/settings-subject.js';
import type { ApiDeps } from './wiring.js';

/** What GraphQL's `SettingsSubject` is resolved from: users and organisations are those of identity. */
export type SubjectParent = Extract<SettingsSubject, { readonly kind: 'default' | 'site' }> | User | Organization;

export const DEFAULT_SETTINGS_ID = encodeNodeId('DefaultSettings', 1);

export const subjectType = (parent: SubjectParent): string =>
  'kind' in parent ? (parent.kind === 'site' ? 'Site' : 'DefaultSettings') : 'username' in parent ? 'User' : 'Org';

export const subjectOf = (parent: SubjectParent): SettingsSubject =>
  'kind' in parent ? parent : { kind: 'username' in parent ? 'user' : 'organization', id: parent.id };

type Directory = Pick<Resolved<ApiDeps>, 'users' | 'organizations'>;

/** Undefined for a user or organisation that is gone. */
export async function parentOf(subject: SettingsSubject, d: Directory): Promise<SubjectParent | undefined> {
  switch (subject.kind) {
    case 'user':
      return d.users.byId(subject.id);
    case 'organization':
      return d.organizations.byId(subject.id);
    default:
      return subject;
  }
}

/** The settings of the program and of the site are for every user; those of an organisation for its members; a user's for the user. */
export async function maySee(actor: Actor, subject: SettingsSubject, d: Directory): Promise<boolean> {
  if (subject.kind === 'default' || subject.kind === 'site') return actor.kind !== 'anonymous';
  if (actor.siteAdmin) return true;
  if (actor.kind !== 'user' || actor.userId === undefined) return false;
  if (subject.kind === 'user') return subject.id === actor.userId;
  return (await d.organizations.ofUser(actor.userId)).some(({ id }) => id === subject.id);
}

export async function mayChange(actor: Actor, subject: SettingsSubject, d: Directory): Promise<boolean> {
  if (subject.kind === 'default') return false;
  if (subject.kind === 'site' || actor.siteAdmin) return actor.siteAdmin;
  if (subject.kind === 'organization')
    return actor.kind === 'user' && actor.userId !== undefined && d.organizations.administers(subject.id, actor.userId);
  return maySee(actor, subject, d);
}

/** Undefined for an id that is nobody's, and for one that the actor may not see. */
export async function visibleSubject(nodeId: string, actor: Actor, d: Directory): Promise<SubjectParent | undefined> {
  const subject = decodeSubject(nodeId);
  return subject && (await maySee(actor, subject, d)) ? parentOf(subject, d) : undefined;
}

function decodeSubject(nodeId: string): SettingsSubject | undefined {
  if (nodeId === DEFAULT_SETTINGS_ID) return DEFAULT_SETTINGS;
  if (decodeNodeId('Site', nodeId) === '1') return SITE_SETTINGS;
  for (const [type, kind] of [['User', 'user'] as const, ['Org', 'organization'] as const]) {
    const id = Number(decodeNodeId(type, nodeId));
    if (Number.isInteger(id) && id > 0 && id <= 0x7fffffff) return { kind, id };
  }
  return undefined;
}

export const subjectNotFound = (): SextantError =>
  new SextantError('SEXTANT_SETTINGS_SUBJECT_NOT_FOUND', {
    what: 'The settings subject was not found.',
    fix: 'Use an id that viewerSettings lists.',
  });
