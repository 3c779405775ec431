import type { Signature } from '@sextant/plugin-git/api';
import { type Actor, allows } from '@sextant/sdk';
import type { SearchAlert } from '../api.js';
import type { QueryError } from '../query/ast.js';
import type { AccountFilter, SearchPlan } from '../query/plan.js';
import { replacing } from '../query/query-errors.js';
import { alertOf } from './query-alerts.js';
import type { Refusal } from './refused.js';

/** What commits call the owner of an account. */
export interface AuthorIdentity {
  /** Those that the owner proved. They are compared with, and never part of an answer. */
  readonly addresses: readonly string[];
  readonly names: readonly string[];
}

export interface AuthorDirectory {
  /** In any case of letters. Undefined: no such user. */
  identityOf(username: string): Promise<AuthorIdentity | undefined>;
}

/** Tests signatures of commits; keys are usernames in lower case. */
export type AuthorAccounts = ReadonlyMap<string, (signature: Signature) => boolean>;

export const accountKey = (username: string): string => username.toLowerCase();

/**
 * Looks up the users that `author:@user` and `committer:@user` name. The addresses stay out of the plan, which explanations and errors show.
 * Guests and tokens of narrow scopes get one answer for every name, without a look-up, so that they cannot list users or their addresses.
 */
export async function resolveAuthors(
  plan: SearchPlan,
  actor: Actor,
  directory: AuthorDirectory | undefined,
): Promise<{ readonly accounts: AuthorAccounts } | { readonly refusal: Refusal }> {
  const filters = distinct(plan.alternatives.flatMap(({ commits }) => commits?.accounts ?? []));
  const accounts = new Map<string, (signature: Signature) => boolean>();
  if (filters.length === 0) return { accounts };
  if (!canLookUpUsers(actor)) {
    return refusal(plan, filters, 'author:@ and committer:@ are for signed-in people', () => {
      return 'Finding the commits of a user needs a signed-in user, or an access token with the scope user:all.';
    });
  }
  if (directory === undefined)
    return refusal(plan, filters, 'There are no user accounts', () => 'This installation has no user accounts to look the name up in.');
  const unknown: AccountFilter[] = [];
  for (const filter of filters) {
    const key = accountKey(filter.username);
    if (accounts.has(key)) continue;
    const identity = await directory.identityOf(filter.username);
    if (identity) accounts.set(key, signatureTest(identity));
    else unknown.push(filter);
  }
  if (unknown.length === 0) return { accounts };
  return refusal(plan, unknown, 'No user has this name', ({ username }) => `No user is called "${username}".`);
}

const canLookUpUsers = (actor: Actor): boolean => actor.kind !== 'anonymous' && allows(actor, 'user:all');

function signatureTest({ addresses, names }: AuthorIdentity): (signature: Signature) => boolean {
  const known = { addresses: new Set(addresses.map(folded)), names: new Set(names.map(folded)) };
  known.names.delete('');
  return ({ name, email }) => known.addresses.has(folded(email)) || known.names.has(folded(name));
}

const folded = (text: string): string => text.trim().toLowerCase();

function refusal(
  plan: SearchPlan,
  filters: readonly AccountFilter[],
  title: string,
  messageOf: (filter: AccountFilter) => string,
): { readonly refusal: Refusal } {
  const { text } = plan.query;
  const errors = filters.map((filter): QueryError => {
    const { start, end, valueStart, username } = filter;
    const fix = replacing(
      text,
      { start: valueStart, end },
      `[@]${username.replaceAll('.', '\\.')}`,
      'Search names and addresses for the text',
    );
    return { message: messageOf(filter), start, end, fix };
  });
  const alert: SearchAlert = { ...alertOf(errors), kind: 'unknown-user', title };
  return { refusal: { alert, words: `${title}, so nothing was searched` } };
}

/** What stands beside an `or` stands in each of its alternatives. */
const distinct = (filters: readonly AccountFilter[]): AccountFilter[] => [
  ...new Map(filters.map((filter) => [filter.start, filter])).values(),
];
