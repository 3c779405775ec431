import type { AuditTrail } from '@sextant/plugin-identity/api';
import type { Storage } from '@sextant/sdk';
import type { InteractionResults, Provider } from 'oidc-provider';
import { consentPage, problemPage } from '../pages/pages.js';
import { isScope } from '../scopes.js';
import type { ClientStore } from '../storage/client-store.js';
import { type Asking, type Person, present } from './asking.js';
import { show } from './show.js';

/** A request in the provider, and the middleware that it goes through. */
export type Middleware = Parameters<Provider['use']>[0];
export type Context = Parameters<Middleware>[0];

type Details = Awaited<ReturnType<Provider['interactionDetails']>>;

export interface InteractionParts {
  readonly provider: Provider;
  readonly db: Storage;
  readonly clients: ClientStore;
  readonly audit: AuditTrail;
  /** Where a person signs in and comes back from. */
  readonly signIn: (returnTo: string) => string;
}

/** What the provider has to ask of the person before it goes on: who they are, and whether the program may act for them. */
export async function interact(ctx: Context, parts: InteractionParts): Promise<void> {
  const { person, request } = present() as Asking;
  if (!person) return ctx.redirect(parts.signIn(request.path));
  const details = await parts.provider.interactionDetails(ctx.req, ctx.res).catch(() => undefined);
  if (!details) {
    ctx.status = 400;
    return show(ctx, problemPage('That took too long', 'Go back to the program, and begin again.'));
  }
  if (details.prompt.name === 'login') return finish(ctx, parts, login(details, person));
  if (details.session?.accountId !== String(person.userId)) {
    ctx.status = 400;
    return show(ctx, problemPage('You are somebody else now', 'Go back to the program, and begin again.'));
  }
  // The page of the device's code has shown the same, and this person has said yes to it.
  if (details.deviceCode !== undefined) return finish(ctx, parts, await allow(parts, details, person));
  if (ctx.method !== 'POST') return ask(ctx, parts, details, person);
  const decision = new URLSearchParams((await request.bytes()).toString()).get('decision');
  return finish(ctx, parts, decision === 'allow' ? await allow(parts, details, person) : denied('The person denied it.'));
}

function login({ prompt }: Details, person: Person): InteractionResults {
  // To sign somebody in anew is not ours, and to say that it was done would be a lie.
  const anew = prompt.reasons.some((reason) => reason !== 'no_session');
  return anew
    ? { error: 'login_required', error_description: 'Sextant does not sign a person in anew for a program.' }
    : { login: { accountId: String(person.userId), remember: false } };
}

async function ask(ctx: Context, { clients }: InteractionParts, { params }: Details, person: Person): Promise<void> {
  const client = await clients.find(String(params['client_id']));
  if (!client) {
    ctx.status = 400;
    return show(ctx, problemPage('The program is unknown', 'It was removed here. Ask a site admin.'));
  }
  show(ctx, consentPage({ client, username: person.username, scopes: scopesOf(params), redirectUri: String(params['redirect_uri']) }));
}

async function allow({ provider, db, audit }: InteractionParts, details: Details, { userId, actor }: Person): Promise<InteractionResults> {
  const { prompt, params } = details;
  const clientId = String(params['client_id']);
  const known = details.grantId === undefined ? undefined : await provider.Grant.find(details.grantId);
  const grant = known ?? new provider.Grant({ accountId: String(userId), clientId });
  const missing = prompt.details as { readonly missingOIDCScope?: string[]; readonly missingResourceScopes?: Record<string, string[]> };
  if (missing.missingOIDCScope) grant.addOIDCScope(missing.missingOIDCScope.join(' '));
  for (const [resource, scopes] of Object.entries(missing.missingResourceScopes ?? {})) grant.addResourceScope(resource, scopes.join(' '));
  const asking = present() as Asking;
  const { remoteAddress, headers } = asking.request;
  const grantId = await db.transaction(async (tx) => {
    asking.tx = tx;
    try {
      const saved = await grant.save();
      await audit.record(
        'oauth.grant',
        'allowed',
        { actor, ip: remoteAddress, userAgent: headers['user-agent'] },
        { clientID: clientId, scopes: scopesOf(params).join(' '), device: details.deviceCode !== undefined },
        { tx },
      );
      return saved;
    } finally {
      delete asking.tx;
    }
  });
  return { consent: { grantId } };
}

const denied = (description: string): InteractionResults => ({ error: 'access_denied', error_description: description });

const finish = async (ctx: Context, { provider }: InteractionParts, result: InteractionResults): Promise<void> =>
  ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission: !('error' in result) }));

const scopesOf = (params: Details['params']): readonly string[] =>
  String(params['scope'] ?? '')
    .split(' ')
    .filter(isScope);
