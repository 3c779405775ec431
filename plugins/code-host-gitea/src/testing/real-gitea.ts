import { randomUUID } from 'node:crypto';
import { at } from '@sextant/sdk/testing';

const { SEXTANT_TEST_GITEA_URL: URL_GIVEN, SEXTANT_TEST_GITEA_TOKEN: TOKEN_GIVEN } = process.env;

/** What is missing for a {@link RealGitea}; undefined: nothing. */
export const missingForGitea: string | undefined = URL_GIVEN && TOKEN_GIVEN ? undefined : 'SEXTANT_TEST_GITEA_URL and _TOKEN name none';

/**
 * A Gitea or Forgejo that runs already, which lets webhooks go to this machine, with an administrator's token of all scopes. What a test makes there has
 * names of its own, and is taken away at the end.
 */
export class RealGitea implements AsyncDisposable {
  readonly url = new URL('.', `${URL_GIVEN}/`.replace(/\/+$/, '/')).href;
  readonly token = TOKEN_GIVEN ?? '';
  readonly #suffix = randomUUID().slice(0, 8);
  readonly #users: string[] = [];
  readonly #organizations: string[] = [];

  /** A name of this test's own. */
  name(name: string): string {
    return `${name}-${this.#suffix}`;
  }

  /** As the administrator, or with another authorization. @throws for a status that is no success. */
  async ask(method: string, path: string, body?: object, authorization = `token ${this.token}`): Promise<unknown> {
    const response = await fetch(new URL(`api/v1/${path}`, this.url), {
      method,
      headers: { authorization, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  async version(): Promise<string> {
    return String(at(await this.ask('GET', 'version'), 'version'));
  }

  async user(name: string): Promise<string> {
    const username = this.name(name);
    await this.ask('POST', 'admin/users', {
      username,
      email: `${username}@example.com`,
      password: passwordOf(username),
      must_change_password: false,
    });
    this.#users.push(username);
    return username;
  }

  /** A token of a user's own. */
  async tokenOf(username: string, scopes: readonly string[]): Promise<string> {
    const basic = `Basic ${Buffer.from(`${username}:${passwordOf(username)}`).toString('base64')}`;
    return String(at(await this.ask('POST', `users/${username}/tokens`, { name: randomUUID(), scopes }, basic), 'sha1'));
  }

  async organization(name: string, member: string): Promise<string> {
    const username = this.name(name);
    await this.ask('POST', 'orgs', { username, visibility: 'private' });
    this.#organizations.push(username);
    const team = at(await this.ask('POST', `orgs/${username}/teams`, TEAM), 'id');
    await this.ask('PUT', `teams/${team}/members/${member}`);
    return username;
  }

  /** A private repository with a first commit; gives its id. */
  async repository(owner: string, name: string): Promise<string> {
    const of = this.#organizations.includes(owner) ? `orgs/${owner}/repos` : `admin/users/${owner}/repos`;
    return String(
      at(await this.ask('POST', of, { name, private: true, auto_init: true, default_branch: 'main', description: 'For tests' }), 'id'),
    );
  }

  /** A commit on main. */
  async push(repository: string, file: string, content: string): Promise<void> {
    await this.ask('POST', `repos/${repository}/contents/${file}`, {
      branch: 'main',
      message: `add ${file}`,
      content: Buffer.from(content).toString('base64'),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of this.#users) await this.ask('DELETE', `admin/users/${name}?purge=true`);
    for (const name of this.#organizations) {
      const repositories = at(await this.ask('GET', `orgs/${name}/repos`), '*.full_name') as readonly string[];
      for (const repository of repositories) await this.ask('DELETE', `repos/${repository}`);
      await this.ask('DELETE', `orgs/${name}`);
    }
  }
}

const TEAM = { name: 'readers', permission: 'read', includes_all_repositories: true, units: ['repo.code'] };

const passwordOf = (username: string): string => `password of ${username}`;
