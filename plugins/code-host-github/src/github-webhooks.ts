import type { HostEvent, HostWebhooks } from '@sextant/plugin-code-host/api';
import { z } from '@sextant/sdk';

const repository = z.object({ node_id: z.string().min(1) });
const about = z.object({ repository });
const user = z.object({ id: z.int() });
const pullRequest = about.extend({ pull_request: z.object({ number: z.int() }) });
const changed = about.extend({ action: z.string() });
const member = z.object({ member: user, repository: repository.optional() });
const organization = z.object({ membership: z.object({ user }).optional() });
const team = z.object({ repository: repository.optional() });
const installed = z.object({ repositories_added: z.array(repository), repositories_removed: z.array(repository) });

/** Who may see a repository is other than before. */
const PRIVACY = ['privatized', 'publicized', 'transferred'];

type Read = (body: unknown) => readonly HostEvent[];
const pushed: Read = (body) => [{ type: 'push', repository: about.parse(body).repository.node_id }];
const reviewed: Read = (body) => {
  const { repository: of, pull_request } = pullRequest.parse(body);
  return [{ type: 'pull-request', repository: of.node_id, number: pull_request.number }];
};
const members = (of: z.output<typeof repository> | undefined, accounts: readonly { readonly id: number }[]): readonly HostEvent[] => [
  { type: 'membership', ...(of ? { repository: of.node_id } : {}), accounts: accounts.map(({ id }) => String(id)) },
];

const EVENTS: Readonly<Record<string, Read>> = {
  push: pushed,
  create: pushed,
  delete: pushed,
  repository: (body) => {
    const { repository: of, action } = changed.parse(body);
    return [{ type: 'repository', repository: of.node_id }, ...(PRIVACY.includes(action) ? members(of, []) : [])];
  },
  installation_repositories: (body) => {
    const { repositories_added, repositories_removed } = installed.parse(body);
    return [...repositories_added, ...repositories_removed].map(({ node_id }) => ({ type: 'repository', repository: node_id }));
  },
  pull_request: reviewed,
  pull_request_review: reviewed,
  pull_request_review_comment: reviewed,
  member: (body) => {
    const { member: one, repository: of } = member.parse(body);
    return members(of, [one]);
  },
  membership: (body) => members(undefined, [member.parse(body).member]),
  organization: (body) => {
    const { membership } = organization.parse(body);
    return membership ? members(undefined, [membership.user]) : [];
  },
  team: (body) => members(team.parse(body).repository, []),
  team_add: (body) => members(team.parse(body).repository, []),
};

export const githubWebhooks: HostWebhooks = {
  proof: { scheme: 'hmac-sha256', header: 'x-hub-signature-256', prefix: 'sha256=' },
  deliveryHeader: 'x-github-delivery',
  eventHeader: 'x-github-event',
  events: ({ event, body }) => (Object.hasOwn(EVENTS, event) ? (EVENTS[event]?.(body) ?? []) : []),
};
