import type { HostEvent, HostWebhooks } from '@sextant/plugin-code-host/api';
import { z } from '@sextant/sdk';

const repository = z.object({ id: z.string().regex(/^[0-9a-fA-F-]{36}$/) });
const pushed = z.object({ resource: z.object({ repository }) });
const pullRequest = z.object({ repository, pullRequestId: z.int() });
const reviewed = z.object({ resource: pullRequest });
const commented = z.object({ resource: z.object({ pullRequest }) });

const about = ({ repository: of, pullRequestId }: z.output<typeof pullRequest>): readonly HostEvent[] => [
  { type: 'pull-request', repository: of.id, number: pullRequestId },
];

/** Service hooks, which prove themselves by a password, so let them come over https. What they say of repositories differs by event: the host is listed again. */
export const azureDevopsWebhooks: HostWebhooks = {
  proof: { scheme: 'basic', header: 'authorization' },
  eventField: 'eventType',
  events({ event, body }): readonly HostEvent[] {
    if (event === 'git.push') return [{ type: 'push', repository: pushed.parse(body).resource.repository.id }];
    if (event.startsWith('git.repo.')) return [{ type: 'repository' }];
    if (event.startsWith('git.pullrequest.')) return about(reviewed.parse(body).resource);
    if (event === 'ms.vss-code.git-pullrequest-comment-event') return about(commented.parse(body).resource.pullRequest);
    return [];
  },
};
