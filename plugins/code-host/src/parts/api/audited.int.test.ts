import codeHostOther from '@sextant/plugin-code-host-other';
import identity from '@sextant/plugin-identity';
import outboundWebhooks from '@sextant/plugin-outbound-webhooks';
import site from '@sextant/plugin-site';
import { core } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel, textAt } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../manifest.js';

const SECRET = 'audited-canary-51c0';
let kernel: TestKernel;

beforeAll(async () => {
  const declared = { kind: 'OTHER', displayName: 'Declared', config: { url: `https://u:${SECRET}@127.0.0.1:1/`, repos: ['x'] } };
  kernel = await startTestKernel({
    plugins: [identity, site, outboundWebhooks, manifest, codeHostOther],
    config: { plugins: { identity: { audit: { gitserverAccess: true } }, 'code-host': { connections: [declared] } } },
  });
});

const ask = async (query: string, variables: Record<string, unknown> = {}): Promise<unknown> => {
  const { data, errors } = await kernel.graphql(query, variables);
  expect(errors).toEqual([]);
  return data;
};
async function actions(entity: string): Promise<readonly string[]> {
  const data = await ask('query($e:String){auditLog(entity:$e){nodes{action actorUID}}}', { e: entity });
  return (at(data, 'auditLog.nodes') as { action: string; actorUID: string }[])
    .map(({ action, actorUID }) => `${action} by ${actorUID}`)
    .reverse();
}

describe('the audit log', () => {
  it('has who made, changed and removed connections, webhooks and the site configuration, and none of their secrets (row 22)', async () => {
    const config = (password: string): string => JSON.stringify({ url: `https://u:${password}@127.0.0.1:1/`, repos: ['a/b'] });
    const added = await ask('mutation($i:AddExternalServiceInput!){addExternalService(input:$i){id}}', {
      i: { kind: 'OTHER', displayName: 'Audited', config: config(SECRET) },
    });
    const id = textAt(added, 'addExternalService.id');
    await ask('mutation($i:UpdateExternalServiceInput!){updateExternalService(input:$i){id}}', { i: { id, displayName: 'Renamed' } });
    await ask('mutation($id:ID!){deleteExternalService(externalService:$id){alwaysNil}}', { id });
    expect(await actions('codehosts')).toEqual(['changed by internal:code-host', 'created by 1', 'changed by 1', 'deleted by 1']);

    const webhook = await ask('mutation($i:OutboundWebhookCreateInput!){createOutboundWebhook(input:$i){id}}', {
      i: { url: `https://hooks.example.com/${SECRET}`, secret: SECRET, eventTypes: [{ eventType: 'user:create' }] },
    });
    await ask('mutation($id:ID!){deleteOutboundWebhook(id:$id){alwaysNil}}', { id: textAt(webhook, 'createOutboundWebhook.id') });
    expect(await actions('webhooks.outbound')).toEqual(['created by 1', 'deleted by 1']);

    const input = JSON.stringify({ externalURL: 'https://sextant.example.com', 'x.password': SECRET });
    await ask('mutation($input:String!){updateSiteConfiguration(lastID:0,input:$input)}', { input });
    await ask('{site{configuration{effectiveContents}}}');
    expect(await actions('site.config')).toEqual(['changed by 1']);
    expect(await actions('site.config.redacted')).toEqual(['viewed by 1']);

    const db = kernel.service(core.storage, 'identity');
    const rows = await db.query('select entry from audit_log union all select entry from audit_inbox');
    for (const text of [JSON.stringify(rows), kernel.log.text]) expect(text).not.toContain(SECRET);
  });

  it('has no change that failed, and the change does not happen when it cannot be written (row 14)', async () => {
    const db = kernel.service(core.storage, 'identity');
    await db.query(`create function full_disk() returns trigger language plpgsql as
      $fn$ begin raise exception 'could not extend file' using errcode = '53100'; end $fn$`);
    await db.query('create trigger full_disk before insert on audit_inbox for each row execute function full_disk()');
    const count = async (): Promise<unknown> => at(await ask('{externalServices{totalCount}}'), 'externalServices.totalCount');
    const before = await count();
    const { errors } = await kernel.graphql('mutation($i:AddExternalServiceInput!){addExternalService(input:$i){id}}', {
      i: { kind: 'OTHER', displayName: 'Unwritten', config: JSON.stringify({ url: 'https://127.0.0.1:1/', repos: ['a/b'] }) },
    });
    expect(errors[0]?.extensions['code']).toBe('SEXTANT_AUDIT_UNWRITTEN');
    expect(await count()).toBe(before);
    await db.query('drop trigger full_disk on audit_inbox');
    expect(await actions('codehosts')).toHaveLength(4);
  });
});
