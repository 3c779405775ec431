import type { HostEvent, HostWebhooks } from '@sextant/plugin-code-host/api';
import { z } from '@sextant/sdk';

const about = z.object({ repository: z.object({ id: z.int() }) });
const pullRequest = about.extend({ number: z.int() });

/** Gitea sends these headers, and so does Forgejo. Neither tells of renames, transfers or memberships. */
export const giteaWebhooks: HostWebhooks = {
  proof: { scheme: 'hmac-sha256', header: 'x-gitea-signature' },
  deliveryHeader: 'x-gitea-delivery',
  eventHeader: 'x-gitea-event',
  events({ event, body }): readonly HostEvent[] {
    if (event === 'push' || event === 'create' || event === 'delete') return [{ type: 'push', repository: idIn(body) }];
    if (event === 'repository') return [{ type: 'repository', repository: idIn(body) }];
    if (event !== 'pull_request' && !event.startsWith('pull_request_')) return [];
    const { repository, number } = pullRequest.parse(body);
    return [{ type: 'pull-request', repository: String(repository.id), number }];
  },
};

const idIn = (body: unknown): string => String(about.parse(body).repository.id);
