import type { HostGroup, PermissionHost } from '@sextant/plugin-code-host/api';
import { IdSet, type Logger } from '@sextant/sdk';
import type { Moment } from '../grants/grant-store.js';
import { wordsOf } from '../sync/host-failure.js';
import type { GroupAnswer } from './kept-groups.js';

/** A group that a host named in the place of what it gives. */
export interface Mention {
  readonly host: PermissionHost;
  readonly group: HostGroup;
}

interface Question {
  readonly mentions: readonly Mention[];
  /** Whether all is asked for anew, from then on. */
  readonly after: Moment | undefined;
  readonly signal: AbortSignal;
  readonly log: Logger;
  read(mention: Mention, after: Moment | undefined): Promise<GroupAnswer>;
  /**
   * Compares what groups give with what the other sides said of themselves later than any of `asked`, when the groups were: the latest moment at which
   * something was asked for that says otherwise; undefined: nothing does.
   */
  contradicted(through: IdSet, asked: readonly Moment[]): Promise<Moment | undefined>;
  /** All, without groups. */
  whole(): Promise<void>;
}

/**
 * What groups give, as an addition to what was told besides them. What is kept of groups may be older than what a repository, or an account, says of
 * itself: where the two differ, the groups are asked anew; and where they differ then, or a group cannot be read, it is asked for all without groups. So
 * kept groups save requests, and never decide.
 * @returns ids, and in words why there are none.
 */
export async function throughGroups(question: Question): Promise<{ readonly ids: IdSet; readonly note: string | undefined }> {
  const { mentions, after, signal, log } = question;
  if (mentions.length === 0) return { ids: IdSet.empty(), note: undefined };
  const read = async (since: Moment | undefined): Promise<{ readonly ids: IdSet; readonly asked: readonly Moment[] } | string> => {
    let ids = IdSet.empty();
    const asked: Moment[] = [];
    for (const mention of mentions) {
      try {
        const answer = await question.read(mention, since);
        ids = ids.or(answer.ids);
        asked.push(answer.askedAt);
      } catch (error) {
        signal.throwIfAborted();
        log.warn('A host did not say what a group gives', { connectionId: mention.host.connectionId, group: mention.group.name, error });
        return `The group ${mention.group.name} gives nothing, for it could not be read: ${wordsOf(error)} All was asked for without groups.`;
      }
    }
    return { ids, asked };
  };
  const kept = await read(after);
  if (typeof kept === 'string') return await without(question, kept);
  const other = await question.contradicted(kept.ids, kept.asked);
  if (other === undefined) return { ids: kept.ids, note: undefined };
  const fresh = await read(other);
  if (typeof fresh === 'string') return await without(question, fresh);
  if ((await question.contradicted(fresh.ids, kept.asked)) === undefined) return { ids: fresh.ids, note: undefined };
  return await without(question, undefined);
}

async function without(question: Question, note: string | undefined): Promise<{ readonly ids: IdSet; readonly note: string | undefined }> {
  await question.whole();
  return { ids: IdSet.empty(), note };
}
