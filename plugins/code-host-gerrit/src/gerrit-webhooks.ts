import type { HostEvent, HostWebhooks } from '@sextant/plugin-code-host/api';
import { z } from '@sextant/sdk';

const refUpdate = z.object({ refName: z.string(), project: z.string().min(1) });
const updated = z.object({ refUpdate });
const updatedTogether = z.object({ refUpdates: z.array(refUpdate) });
const created = z.object({ projectName: z.string().min(1) });
const reviewed = z.object({ change: z.object({ project: z.string().min(1), number: z.coerce.number().int() }) });

/** Of changes under review: no branch moves. */
const REVIEWS = [
  'patchset-created',
  'change-merged',
  'change-abandoned',
  'change-restored',
  'comment-added',
  'reviewer-added',
  'wip-state-changed',
];

/** What the server's webhooks plugin posts: the events of `gerrit stream-events`. It signs nothing and names nothing in headers. */
export const gerritWebhooks: HostWebhooks = {
  proof: { scheme: 'parameter', name: 'secret' },
  eventField: 'type',
  events({ event, body }): readonly HostEvent[] {
    if (event === 'ref-updated') return eventsOf([updated.parse(body).refUpdate]);
    if (event === 'batch-ref-updated') return eventsOf(updatedTogether.parse(body).refUpdates);
    if (event === 'project-created') return [{ type: 'repository', repository: created.parse(body).projectName }];
    if (!REVIEWS.includes(event)) return [];
    const { project, number } = reviewed.parse(body).change;
    return [{ type: 'pull-request', repository: project, number }];
  },
};

function eventsOf(updates: readonly z.output<typeof refUpdate>[]): readonly HostEvent[] {
  const pushed = new Set<string>();
  const configured = new Set<string>();
  for (const { refName, project } of updates) {
    if (refName === 'refs/meta/config') configured.add(project);
    // What reviews are made of is not mirrored. A branch may be named without what stands before its name.
    else if (!/^refs\/(?:changes|meta|users|groups|cache-automerge)\//.test(refName)) pushed.add(project);
  }
  return [
    ...[...pushed].map((repository) => ({ type: 'push', repository }) as const),
    // Its state, and who may read it.
    ...[...configured].flatMap((repository) => [{ type: 'repository', repository } as const, { type: 'membership', repository } as const]),
  ];
}
