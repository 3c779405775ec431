export type AccessCause =
  | 'SITE_ADMIN'
  | 'SERVICE_ACCOUNT'
  | 'PUBLIC'
  | 'NOT_ENFORCED'
  | 'UNRESTRICTED'
  | 'GRANTED_BY_HOST'
  | 'GRANTED_BY_API'
  | 'GRANTED_ELSEWHERE'
  | 'PATH_RULES'
  | 'NO_ACCOUNT'
  | 'NOT_NAMED'
  | 'CREDENTIAL_REFUSED'
  | 'TOO_OLD'
  | 'NEVER_SYNCED'
  | 'SYNC_QUEUED'
  | 'SYNC_RUNNING'
  | 'SYNC_FAILED'
  | 'PENDING'
  | 'NOT_SET'
  | 'SOURCE_UNAVAILABLE'
  | 'HOST_UNAVAILABLE'
  | 'NOT_VISIBLE';

export interface AccessReason {
  readonly cause: AccessCause;
  /** A sentence. */
  readonly text: string;
  /** The address of the host that it is about. */
  readonly host?: string;
  /** The account there. */
  readonly account?: string;
  readonly since?: Date | undefined;
}

export interface AccessExplanation {
  readonly allowed: boolean;
  /** The answer in a sentence. */
  readonly summary: string;
  readonly reasons: readonly AccessReason[];
  /** What would make it otherwise, each in a sentence. */
  readonly wouldChange: readonly string[];
}

const GRANTING: ReadonlySet<AccessCause> = new Set([
  'SITE_ADMIN',
  'SERVICE_ACCOUNT',
  'PUBLIC',
  'NOT_ENFORCED',
  'UNRESTRICTED',
  'GRANTED_BY_HOST',
  'GRANTED_BY_API',
]);

/** Collects the whys and the what-thens. */
export class Findings {
  readonly reasons: AccessReason[] = [];
  readonly wouldChange = new Set<string>();

  add(cause: AccessCause, text: string, more: Omit<AccessReason, 'cause' | 'text'> = {}, ...fixes: readonly string[]): void {
    this.reasons.push({ cause, text, ...more });
    for (const fix of fixes) this.wouldChange.add(fix);
  }

  /** Where the wall shows it, and nothing that is known here does: another plugin's source of permissions. */
  addSourcesOfOthers(): void {
    if (this.reasons.some(({ cause }) => GRANTING.has(cause))) return;
    const text = 'A source of permissions that another plugin has grants it.';
    this.reasons.unshift({ cause: 'GRANTED_ELSEWHERE', text });
    this.wouldChange.clear();
    this.wouldChange.add('Take access away where that plugin has it from.');
  }
}
