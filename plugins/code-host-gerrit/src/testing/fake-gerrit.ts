import type { IncomingMessage } from 'node:http';
import type { AccountInfo, GroupInfo, ProjectInfo } from '@gerritcodereview/typescript-api/rest-api.js';
import { type FakeAnswer, type FakeDelivery, type FakeEntry, fakePage, ProtocolServer } from '@sextant/plugin-code-host/testing';

export interface FakeProject extends FakeEntry {
  readonly state?: 'ACTIVE' | 'READ_ONLY' | 'HIDDEN';
  /** It holds rights, and no code. */
  readonly permissionsOnly?: boolean;
  /** Groups that may read it, beside those of All-Projects; default: registered users. */
  readonly readers?: readonly string[];
  /** Accounts that a rule denies it. */
  readonly denied?: readonly string[];
}

type Capability = 'viewAccess' | 'runAs';
/** The server's types brand texts and numbers, which no literal is. */
type Plain<T> = { [K in keyof T]: T[K] extends string | undefined ? string : T[K] extends number | undefined ? number : unknown };

const REGISTERED = 'global:Registered-Users';
const ACCOUNTS = ['bot', 'ana', 'ben', 'cleo'] as const;
const GROUPS: Readonly<Record<string, readonly string[]>> = { '5057f3cb': ['ana', 'ben'], '7ca042f4': ['cleo'] };

/**
 * A fake of a Gerrit server, for tests: the part of its API that is asked here, behind the prefix of its answers, with pages of two by position, rights that
 * are inherited, and what is asked in another account's name.
 */
export class FakeGerrit extends ProtocolServer<FakeProject> {
  readonly username = 'bot';
  readonly password = 'fake-gerrit-password';
  /** What the connection's account may do beside reading. */
  capabilities: readonly Capability[] = ['viewAccess', 'runAs'];
  /** Whether the connection's account may read refs/meta/config. */
  configVisible = true;
  /** Groups that the connection's account does not see. */
  hiddenGroups: readonly string[] = [];
  #pages = 0;
  protected override readonly contentType = 'application/json; charset=UTF-8';
  protected override readonly jsonPrefix = ")]}'\n";

  static async start(projects: readonly FakeProject[]): Promise<FakeGerrit> {
    return await new FakeGerrit(projects).listening();
  }

  /** What its webhooks plugin sends, to an address that has the secret. */
  delivery(event: object, secret: string): FakeDelivery {
    return {
      body: JSON.stringify(event),
      headers: { 'content-type': 'application/json; charset=UTF-8' },
      query: `?secret=${encodeURIComponent(secret)}`,
    };
  }

  /** With a credential it is asked below `/a/`. */
  protected override gitPath(url: string): string {
    return url.replace(/^\/a\//, '/');
  }

  protected override letsGitIn(user: string, password: string): boolean {
    return user === this.username && password === this.password;
  }

  protected route(request: IncomingMessage, url: URL): FakeAnswer {
    const path = url.pathname.replace(/^\/a\//, '');
    this.asked.push(`${request.method} ${path}`);
    const [, credential = ''] = /^Basic (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    const [user = '', password] = Buffer.from(credential, 'base64').toString().split(':');
    const isOwn = ACCOUNTS.some((name) => name === user) && password === `${user}-password`;
    if (!(user === this.username && password === this.password) && !isOwn) return plain(401, 'Unauthorized');
    const runAs = request.headers['x-gerrit-runas'];
    if (runAs !== undefined && !(this.capabilities.includes('runAs') && ACCOUNTS.some((name) => name === runAs)))
      return plain(403, 'not permitted to use X-Gerrit-RunAs');
    return this.#answer(url, path.split('/').map(decodeURIComponent), String(runAs ?? user));
  }

  #answer(url: URL, [area, key = '', below]: readonly string[], as: string): FakeAnswer {
    if (area === 'projects' && key === '') return this.#projects(url, as);
    if (area === 'groups' && below === 'members')
      return this.hiddenGroups.includes(key) ? plain(404, `Not found: ${key}`) : { body: (GROUPS[key] ?? []).map(accountOf) };
    if (area === 'accounts' && below === 'groups')
      return {
        body: Object.entries(GROUPS)
          .filter(([, members]) => members.some((name) => accountOf(name)._account_id === Number(key)))
          .map(([id]) => ({ id, name: `group ${id}` }) satisfies Plain<Pick<GroupInfo, 'id' | 'name'>>),
      };
    if (area === 'accounts') return this.#accounts(url);
    const project = this.repositories.find(({ name }) => name === key);
    if (key === 'All-Projects' && below === 'access') return this.#ifAllowed({ local: rights(['7ca042f4']) });
    if (area !== 'projects' || !project) return plain(404, `Not found: ${key}`);
    if (below === 'access')
      return this.#ifAllowed({
        local: rights(project.readers ?? [REGISTERED]),
        config_visible: this.configVisible,
        inherits_from: { ...shown('All-Projects'), name: 'All-Projects' },
      });
    if (below === 'check.access') {
      const name = ACCOUNTS.find((one) => accountOf(one)._account_id === Number(url.searchParams.get('account'))) ?? '';
      return this.#ifAllowed({ status: mayRead(project, name) ? 200 : 403, message: '' });
    }
    if (project.state === 'HIDDEN') return plain(409, 'project state HIDDEN does not permit read');
    return mayRead(project, as) ? { body: { ...shown(project.name, project.state), name: project.name } } : plain(404, `Not found: ${key}`);
  }

  #ifAllowed(body: object): FakeAnswer {
    return this.capabilities.includes('viewAccess') ? { body } : plain(403, 'not permitted: view access');
  }

  #projects(url: URL, as: string): FakeAnswer {
    const visible = this.repositories
      .filter((project) => project.state !== 'HIDDEN' && mayRead(project, as))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const type = url.searchParams.get('type');
    const isOf = ({ permissionsOnly = false }: FakeProject): boolean => type === null || (type === 'PERMISSIONS') === permissionsOnly;
    const { items, goesOn } = url.searchParams.has('n') ? this.#page(url, visible) : { items: visible, goesOn: false };
    // As the server does it: what is not of the type is taken from a page that is counted already.
    const entries = items.map((project, at) => [project, goesOn && at === items.length - 1] as const).filter(([project]) => isOf(project));
    return {
      body: Object.fromEntries(
        entries.map(([{ name, state }, more]) => [name, { ...shown(name, state), ...(more ? { _more_projects: true } : {}) }]),
      ),
    };
  }

  #accounts(url: URL): FakeAnswer {
    const { items, goesOn } = this.#page(url, ACCOUNTS.map(accountOf));
    return { body: items.map((account, at) => ({ ...account, ...(goesOn && at === items.length - 1 ? { _more_accounts: true } : {}) })) };
  }

  /** Two at most, from a position. A page with nothing on it has no place to say that more follow. */
  #page<T>(url: URL, list: readonly T[]): { readonly items: readonly T[]; readonly goesOn: boolean } {
    const length = Math.min(2, Number(url.searchParams.get('n') ?? 2));
    // Counted: by position, a page that repeats what was on another would move all that follow.
    this.#pages = url.searchParams.has('S') ? this.#pages + 1 : 1;
    const { listing } = this.faults;
    return fakePage(listing === 'empty-page-between' ? undefined : listing, list, this.#pages, length);
  }
}

const shown = (name: string, state: string = 'ACTIVE'): Plain<Pick<ProjectInfo, 'id' | 'state' | 'description'>> => ({
  id: encodeURIComponent(name),
  state,
  description: `About ${name}`,
});

const accountOf = (username: string): Plain<Pick<AccountInfo, '_account_id' | 'username'>> & { readonly _account_id: number } => ({
  _account_id: 1_000_000 + (ACCOUNTS as readonly string[]).indexOf(username),
  username,
});

const groupsOf = (username: string): readonly string[] =>
  Object.entries(GROUPS).flatMap(([group, members]) => (members.includes(username) ? [group] : []));

const mayRead = ({ readers = [REGISTERED], denied = [] }: FakeProject, username: string): boolean =>
  !denied.includes(username) &&
  (username === 'bot' ||
    readers.includes(REGISTERED) ||
    [...groupsOf(username)].some((group) => group === '7ca042f4' || readers.includes(group)));

const rights = (readers: readonly string[]): object => ({
  'refs/*': { permissions: { read: { rules: Object.fromEntries(readers.map((group) => [group, { action: 'ALLOW' }])) } } },
  'refs/tags/*': { permissions: { createTag: { rules: { 'global:Project-Owners': { action: 'ALLOW' } } } } },
});

/** The server's refusals are texts. */
const plain = (status: number, body: string): FakeAnswer => ({ status, body, headers: { 'content-type': 'text/plain; charset=UTF-8' } });
