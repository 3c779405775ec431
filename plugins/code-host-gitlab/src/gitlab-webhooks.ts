import type { HostEvent, HostWebhooks } from '@sextant/plugin-code-host/api';
import { z } from '@sextant/sdk';
import { groupId } from './gitlab-permissions.js';

const named = z.object({ object_kind: z.string().optional(), event_name: z.string().optional(), event_type: z.string().optional() });
const about = z.object({ project_id: z.int() });
const mergeRequest = z.object({ project: z.object({ id: z.int() }), object_attributes: z.object({ iid: z.int() }) });
const member = z.object({ project_id: z.int().optional(), group_id: z.int().optional(), user_id: z.int() });

type Read = (body: unknown) => readonly HostEvent[];
const pushed: Read = (body) => [{ type: 'push', repository: String(about.parse(body).project_id) }];
const changed: Read = (body) => [{ type: 'repository', repository: String(about.parse(body).project_id) }];
const joined: Read = (body) => {
  const { project_id, group_id, user_id } = member.parse(body);
  return [
    {
      type: 'membership',
      ...(project_id === undefined ? {} : { repository: String(project_id) }),
      accounts: [String(user_id)],
      ...(group_id === undefined ? {} : { groups: [groupId(group_id)] }),
    },
  ];
};

/** By what the body says it is: a system hook sends all of them under one header. */
const EVENTS: Readonly<Record<string, Read>> = {
  push: pushed,
  tag_push: pushed,
  repository_update: pushed,
  merge_request: (body) => {
    const { project, object_attributes } = mergeRequest.parse(body);
    return [{ type: 'pull-request', repository: String(project.id), number: object_attributes.iid }];
  },
  project_create: changed,
  project_destroy: changed,
  project_rename: changed,
  project_transfer: changed,
  project_update: changed,
  user_add_to_team: joined,
  user_remove_from_team: joined,
  user_update_for_team: joined,
  user_add_to_group: joined,
  user_remove_from_group: joined,
  user_update_for_group: joined,
};

/** Webhooks of projects and groups, and system hooks of a server. The secret is sent as it is: use https. */
export const gitlabWebhooks: HostWebhooks = {
  proof: { scheme: 'secret', header: 'x-gitlab-token' },
  deliveryHeader: 'idempotency-key',
  eventHeader: 'x-gitlab-event',
  events({ event, body }): readonly HostEvent[] {
    if (!/ Hook$/.test(event)) return [];
    const { object_kind, event_name } = named.parse(body);
    const name = [object_kind, event_name].find((one) => one !== undefined && Object.hasOwn(EVENTS, one));
    return (name !== undefined && EVENTS[name]?.(body)) || [];
  },
};
