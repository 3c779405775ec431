import type { HostEvent, HostWebhooks } from '@sextant/plugin-code-host/api';
import { z } from '@sextant/sdk';

const repository = z.object({ uuid: z.string().regex(/^\{[0-9a-fA-F-]+\}$/) });
const about = z.object({ repository });
const forked = z.object({ fork: repository });
const pullRequest = about.extend({ pullrequest: z.object({ id: z.int() }) });

type Read = (body: unknown) => readonly HostEvent[];
const changed: Read = (body) => [{ type: 'repository', repository: about.parse(body).repository.uuid }];

const EVENTS: Readonly<Record<string, Read>> = {
  'repo:push': (body) => [{ type: 'push', repository: about.parse(body).repository.uuid }],
  'repo:created': changed,
  'repo:imported': changed,
  'repo:updated': changed,
  'repo:deleted': changed,
  'repo:fork': (body) => [{ type: 'repository', repository: forked.parse(body).fork.uuid }],
  // Others may see it now, and its name is another.
  'repo:transfer': (body) => {
    const { uuid } = about.parse(body).repository;
    return [
      { type: 'repository', repository: uuid },
      { type: 'membership', repository: uuid, accounts: [] },
    ];
  },
};

export const bitbucketCloudWebhooks: HostWebhooks = {
  proof: { scheme: 'hmac-sha256', header: 'x-hub-signature', prefix: 'sha256=' },
  deliveryHeader: 'x-request-uuid',
  eventHeader: 'x-event-key',
  events({ event, body }): readonly HostEvent[] {
    if (Object.hasOwn(EVENTS, event)) return EVENTS[event]?.(body) ?? [];
    if (!event.startsWith('pullrequest:')) return [];
    const { repository: of, pullrequest } = pullRequest.parse(body);
    return [{ type: 'pull-request', repository: of.uuid, number: pullrequest.id }];
  },
};
