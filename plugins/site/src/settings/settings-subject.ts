/** Who has settings. `site` are those of everybody, `default` those that come with the program. */
export type SettingsSubject =
  | { readonly kind: 'default' }
  | { readonly kind: 'site' }
  | { readonly kind: 'organization'; readonly id: number }
  | { readonly kind: 'user'; readonly id: number };

export type StoredSubject = Exclude<SettingsSubject, { readonly kind: 'default' }>;

export const DEFAULT_SETTINGS: SettingsSubject = { kind: 'default' };
export const SITE_SETTINGS: StoredSubject = { kind: 'site' };

/** A text that only this subject has. */
export const subjectKey = (subject: SettingsSubject): string => ('id' in subject ? `${subject.kind}:${subject.id}` : subject.kind);
