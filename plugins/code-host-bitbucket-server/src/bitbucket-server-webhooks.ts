import type { HostEvent, HostWebhooks } from '@sextant/plugin-code-host/api';
import { z } from '@sextant/sdk';

const repository = z.object({ id: z.int() });
const about = z.object({ repository });
const modified = z.object({ new: repository });
const pullRequest = z.object({ pullRequest: z.object({ id: z.int(), toRef: z.object({ repository }) }) });

type Read = (body: unknown) => readonly HostEvent[];
const pushed: Read = (body) => [{ type: 'push', repository: String(about.parse(body).repository.id) }];

const EVENTS: Readonly<Record<string, Read>> = {
  'repo:refs_changed': pushed,
  'mirror:repo_synchronized': pushed,
  'repo:forked': (body) => [{ type: 'repository', repository: String(about.parse(body).repository.id) }],
  'repo:modified': (body) => [{ type: 'repository', repository: String(modified.parse(body).new.id) }],
  // A project that has another key now gives another name to each of its repositories.
  'project:modified': () => [{ type: 'repository' }],
};

/** The server tells of no deletions, and of nobody's permissions. */
export const bitbucketServerWebhooks: HostWebhooks = {
  proof: { scheme: 'hmac-sha256', header: 'x-hub-signature', prefix: 'sha256=' },
  deliveryHeader: 'x-request-id',
  eventHeader: 'x-event-key',
  events({ event, body }): readonly HostEvent[] {
    if (Object.hasOwn(EVENTS, event)) return EVENTS[event]?.(body) ?? [];
    if (!event.startsWith('pr:')) return [];
    const { id, toRef } = pullRequest.parse(body).pullRequest;
    return [{ type: 'pull-request', repository: String(toRef.repository.id), number: id }];
  },
};
