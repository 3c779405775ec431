import type { HostEvent, HostWebhooks } from '@sextant/plugin-code-host/api';
import { z } from '@sextant/sdk';
import { organizationId, teamId } from './github-groups.js';

const repository = z.object({ node_id: z.string().min(1) });
const about = z.object({ repository });
const user = z.object({ id: z.int() });
const pullRequest = about.extend({ pull_request: z.object({ number: z.int() }) });
const changed = about.extend({ action: z.string(), organization: z.object({ id: z.int() }).optional() });
const member = z.object({ member: user, repository: repository.optional() });
const group = z.object({ id: z.int() });
const inTeam = member.extend({ team: group.optional() });
const organization = z.object({ membership: z.object({ user }).optional(), organization: group.optional() });
const team = z.object({ repository: repository.optional(), team: group.optional() });
const installed = z.object({ repositories_added: z.array(repository), repositories_removed: z.array(repository) });

/** Who may see a repository is other than before. */
const PRIVACY = ['privatized', 'publicized', 'transferred'];

type Read = (body: unknown) => readonly HostEvent[];
const pushed: Read = (body) => [{ type: 'push', repository: about.parse(body).repository.node_id }];
const reviewed: Read = (body) => {
  const { repository: of, pull_request } = pullRequest.parse(body);
  return [{ type: 'pull-request', repository: of.node_id, number: pull_request.number }];
};
const members = (
  of: z.output<typeof repository> | undefined,
  accounts: readonly { readonly id: number }[],
  groups: readonly string[] = [],
): readonly HostEvent[] => [
  {
    type: 'membership',
    ...(of ? { repository: of.node_id } : {}),
    accounts: accounts.map(({ id }) => String(id)),
    ...(groups.length > 0 ? { groups } : {}),
  },
];
const teams = (one: z.output<typeof group> | undefined): readonly string[] => (one ? [teamId(one.id)] : []);
const organizations = (one: z.output<typeof group> | undefined): readonly string[] =>
  one ? [organizationId(one.id), `${organizationId(one.id)}:internal`] : [];

const inTeams: Read = (body) => {
  const { repository: of, team: one } = team.parse(body);
  return members(of, [], teams(one));
};

const EVENTS: Readonly<Record<string, Read>> = {
  push: pushed,
  create: pushed,
  delete: pushed,
  repository: (body) => {
    const { repository: of, action, organization } = changed.parse(body);
    return [
      { type: 'repository', repository: of.node_id },
      ...(PRIVACY.includes(action) ? members(of, [], organizations(organization)) : []),
    ];
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
  membership: (body) => {
    const { member: one, team: of } = inTeam.parse(body);
    return members(undefined, [one], teams(of));
  },
  organization: (body) => {
    const { membership, organization: of } = organization.parse(body);
    return membership ? members(undefined, [membership.user], organizations(of)) : [];
  },
  team: inTeams,
  team_add: inTeams,
};

export const githubWebhooks: HostWebhooks = {
  proof: { scheme: 'hmac-sha256', header: 'x-hub-signature-256', prefix: 'sha256=' },
  deliveryHeader: 'x-github-delivery',
  eventHeader: 'x-github-event',
  events: ({ event, body }) => (Object.hasOwn(EVENTS, event) ? (EVENTS[event]?.(body) ?? []) : []),
};
