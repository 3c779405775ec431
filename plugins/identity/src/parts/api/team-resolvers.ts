import { cursorNumber, encodeNodeId, type Operation, type PageArguments, pageOf, pageRequest, type Resolver } from '@sextant/sdk';
import type { User } from '../../api.js';
import type { Identity } from '../../identity.js';
import type { Team, TeamFilter } from '../../storage/team-store.js';
import type { UserFilter } from '../../storage/user-store.js';
import type { MemberReference } from '../../teams/member-matching.js';
import type { TeamReference } from '../../teams/teams.js';
import { nodeNumber } from './node-number.js';

type Fields = Readonly<Record<string, Resolver>>;
type SearchArguments = PageArguments & { readonly search?: string | null };
type Maybe<T> = T | null | undefined;

interface MemberArguments {
  readonly team?: Maybe<string>;
  readonly teamName?: Maybe<string>;
  readonly members: readonly MemberInput[];
  readonly skipUnmatchedMembers?: Maybe<boolean>;
}

type MemberInput = Readonly<
  Partial<
    Record<
      | 'userID'
      | 'username'
      | 'email'
      | 'externalAccountServiceID'
      | 'externalAccountServiceType'
      | 'externalAccountAccountID'
      | 'externalAccountLogin',
      string | null
    >
  >
>;

interface ParentArguments {
  readonly parentTeam?: Maybe<string>;
  readonly parentTeamName?: Maybe<string>;
}

const LIMITS = { max: 5000, default: 100 } as const;

export function teamResolvers({ teams, users, audit }: Identity): {
  readonly types: Readonly<Record<'Team' | 'TeamConnection' | 'TeamMember' | 'TeamMemberConnection', Fields>>;
  readonly queries: Fields;
  readonly mutations: Fields;
  readonly userFields: Fields;
} {
  const list = async (args: SearchArguments, more: TeamFilter): Promise<object> => {
    const { limit, after } = pageRequest('teams', args, LIMITS);
    const filter: TeamFilter = { search: args.search?.trim() || undefined, ...more };
    const rows = await teams.store.list(filter, { limit: limit + 1, afterId: cursorNumber(after) ?? 0 });
    return { ...pageOf('teams', rows, limit, ({ id }) => String(id)), filter };
  };
  const changeMembers =
    (how: 'add' | 'remove' | 'set'): Resolver =>
    (_parent, args: MemberArguments, { actor }) =>
      teams.changeMembers(
        actor,
        referenceOf(args.team, args.teamName),
        how,
        args.members.map(memberOf),
        args.skipUnmatchedMembers ?? false,
        (tx, { team, userIds }) => {
          const action = ({ add: 'added', remove: 'removed', set: 'set' } as const)[how];
          return audit.record('team.members', action, { actor }, { teamID: team.id, subjectUIDs: userIds.join(' ') }, { tx });
        },
      );
  const update = (reference: TeamReference, change: Parameters<typeof teams.update>[2], { actor }: Operation): Promise<Team> =>
    teams.update(actor, reference, change, (tx, { id, parentId }) =>
      audit.record('team', 'modified', { actor }, { teamID: id, parentTeamID: parentId }, { tx }),
    );
  return {
    queries: {
      team: async (_parent, { name }: { name: string }) => (await teams.store.byNames([name]))[0] ?? null,
      teams: (_parent, args: SearchArguments) => list(args, args.search?.trim() ? {} : { parent: 'root' }),
    },
    mutations: {
      createTeam: async (
        _parent,
        args: { name: string; displayName?: string | null; readonly?: boolean | null } & ParentArguments,
        { actor },
      ) => {
        const wanted = {
          name: args.name,
          displayName: args.displayName ?? undefined,
          readonly: args.readonly ?? false,
          parent: parentOf(args),
        };
        return teams.create(actor, wanted, (tx, { id, name, parentId }) =>
          audit.record('team', 'created', { actor }, { teamID: id, name, parentTeamID: parentId }, { tx }),
        );
      },
      updateTeam: (
        _parent,
        args: { id?: string | null; name?: string | null; displayName?: string | null; makeRoot?: boolean | null } & ParentArguments,
        op,
      ) =>
        update(
          referenceOf(args.id, args.name),
          { displayName: args.displayName ?? undefined, parent: args.makeRoot ? null : parentOf(args) },
          op,
        ),
      changeParentTeam: (_parent, args: { team?: string | null; teamName?: string | null } & ParentArguments, op) =>
        update(referenceOf(args.team, args.teamName), { parent: parentOf(args) ?? null }, op),
      deleteTeam: async (_parent, args: { id?: string | null; name?: string | null }, { actor }) => {
        await teams.delete(actor, referenceOf(args.id, args.name), (tx, { id, name }) =>
          audit.record('team', 'deleted', { actor }, { teamID: id, name }, { tx }),
        );
        return { alwaysNil: null };
      },
      addTeamMembers: changeMembers('add'),
      setTeamMembers: changeMembers('set'),
      removeTeamMembers: changeMembers('remove'),
    },
    userFields: { teams: (user: User, args: SearchArguments) => list(args, { memberUserId: user.id }) },
    types: {
      Team: {
        id: (team: Team) => encodeNodeId('Team', team.id),
        displayName: (team: Team) => team.displayName ?? null,
        url: (team: Team) => `/teams/${team.name}`,
        creator: (team: Team, _args, op) =>
          team.creatorUserId === undefined ? null : op.loader<number, User | null>('users').load(team.creatorUserId),
        parentTeam: (team: Team, _args, op) =>
          team.parentId === undefined ? null : op.loader<number, Team | null>('teams').load(team.parentId),
        ancestorTeams: async (team: Team) => {
          const nodes = await teams.store.ancestors(team.id);
          return { nodes, totalCount: nodes.length, pageInfo: { hasNextPage: false, endCursor: null } };
        },
        childTeams: (team: Team, args: SearchArguments) => list(args, { parent: team.id }),
        members: async (team: Team, args: SearchArguments, { actor }) => {
          const { limit, after } = pageRequest('users', args, LIMITS);
          const filter: UserFilter = { query: args.search?.trim() || undefined, namesOnly: !actor.siteAdmin, teamId: team.id };
          const rows = await users.list(filter, { limit: limit + 1, afterId: cursorNumber(after) ?? 0 });
          return { ...pageOf('users', rows, limit, ({ id }) => String(id)), filter };
        },
        viewerCanAdminister: (team: Team, _args, { actor }) => teams.administers(actor, team),
      },
      TeamConnection: {
        totalCount: (page: { filter?: TeamFilter; totalCount?: number }) =>
          page.filter ? teams.store.count(page.filter) : page.totalCount,
      },
      TeamMember: { __resolveType: () => 'User' },
      TeamMemberConnection: { totalCount: (page: { filter: UserFilter }) => users.count(page.filter) },
    },
  };
}

/** The id counts where both are given. */
function referenceOf(id: Maybe<string>, name: Maybe<string>): TeamReference {
  return id == null ? { name: name ?? '' } : { id: nodeNumber('Team', id) };
}

const parentOf = ({ parentTeam, parentTeamName }: ParentArguments): TeamReference | undefined =>
  parentTeam == null && parentTeamName == null ? undefined : referenceOf(parentTeam, parentTeamName);

function memberOf(input: MemberInput): MemberReference {
  const { externalAccountServiceType: serviceType, externalAccountServiceID: serviceId } = input;
  return {
    ...(input.userID == null ? {} : { userId: nodeNumber('User', input.userID) }),
    ...(input.username == null ? {} : { username: input.username }),
    ...(input.email == null ? {} : { email: input.email }),
    ...(serviceType == null && serviceId == null
      ? {}
      : {
          externalAccount: {
            serviceType: serviceType ?? '',
            serviceId: serviceId ?? '',
            accountId: input.externalAccountAccountID ?? undefined,
            login: input.externalAccountLogin ?? undefined,
          },
        }),
  };
}
