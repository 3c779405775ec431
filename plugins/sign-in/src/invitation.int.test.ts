import { at, textAt } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { ASite } from './testing/a-site.js';

let site: ASite;
beforeAll(async () => {
  site = await ASite.start(
    { 'auth.providers': [{ type: 'builtin', allowSignup: true }] },
    { config: { http: { port: 0, host: '0.0.0.0' } } },
  );
});

/** @returns the path of the link. */
async function invited(organization: string, username: string): Promise<string> {
  const made = await site.ask('mutation($n: String!) { createOrganization(name: $n, displayName: "The <Crew>") { id } }', {
    n: organization,
  });
  const { data } = await site.ask(
    'mutation($o: ID!, $u: String!) { inviteUserToOrganization(organization: $o, username: $u) { invitationURL } }',
    { o: textAt(made.data, 'createOrganization.id'), u: username },
  );
  const url = textAt(data, 'inviteUserToOrganization.invitationURL');
  expect(url.startsWith(`${site.kernel.url}/organizations/invitation/`)).toBe(true);
  return new URL(url).pathname;
}
const members = async (name: string) =>
  at(
    (await site.ask('query($n: String!) { organization(name: $n) { members { nodes { username } } } }', { n: name })).data,
    'organization.members.nodes.*.username',
  );

describe('the link of an invitation to an organisation', () => {
  it('leads to a page on which who is invited accepts, after signing in', async () => {
    const { username, browser } = await site.aPerson();
    const link = await invited('crew', username);
    expect((await site.browser().get(link)).location).toBe(`/sign-in?returnTo=${encodeURIComponent(link)}`);
    const page = await browser.get(link);
    expect([page.status, page.body]).toEqual([200, expect.stringContaining('The &lt;Crew&gt;')]);
    expect((await browser.post(link, { answer: 'accept' })).body).toContain('You are a member of');
    expect(await members('crew')).toContain(username);
    expect((await browser.get(link)).status).toBe(404);
  });

  it('or declines', async () => {
    const { username, browser } = await site.aPerson();
    const link = await invited('crew-2', username);
    expect((await browser.post(link, { answer: 'decline' })).body).toContain('You are no member of');
    expect(await members('crew-2')).not.toContain(username);
    expect((await browser.post(link, { answer: 'accept' })).status).toBe(400);
  });

  it('tells anybody else nothing, and takes no answer from them', async () => {
    const [{ username }, { browser }] = [await site.aPerson(), await site.aPerson()];
    const link = await invited('crew-3', username);
    const page = await browser.get(link);
    expect([page.status, page.body]).toEqual([404, expect.stringContaining('There is no invitation here for you.')]);
    expect(page.body).not.toContain('Crew');
    expect((await browser.post(link, { answer: 'accept' })).status).toBe(400);
    expect((await site.browser().post(link, { answer: 'accept' })).status).toBe(401);
  });
});
