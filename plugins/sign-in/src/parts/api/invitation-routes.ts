import { type PluginRouter, type RouteReply, type RouteRequest, SextantError } from '@sextant/sdk';
import { html } from '../../pages/html.js';
import { hidden, pageReply, redirect } from '../../pages/page.js';
import type { SignIn } from '../../wiring.js';
import { formRoute, sentence } from './form-route.js';

const PATH = '/organizations/invitation/:secret';
const ANSWERS: Readonly<Record<string, boolean | undefined>> = { accept: true, decline: false };

/** `/organizations/invitation/…`: whoever was invited to an organisation answers. The address is what the mail names. */
export function invitationRoutes(router: PluginRouter, signIn: () => SignIn): void {
  router.get(PATH, (request) => invitationPage(signIn(), request), { auth: 'public' });
  router.post(
    PATH,
    formRoute(
      async (form, request) => {
        const { deps } = signIn();
        const accepted = ANSWERS[form.required('answer', 'answer')];
        const invitation = await deps.invitations.bySecret(request.actor, request.params['secret'] ?? '');
        if (!invitation || accepted === undefined) throw notYours();
        await deps.invitations.respond(request.actor, invitation.id, accepted);
        const name = invitation.organization.displayName ?? invitation.organization.name;
        const note = accepted ? `You are a member of ${name}.` : `You are no member of ${name}.`;
        return form.json ? { body: { note } } : pageReply({ title: 'Thank you', note, body: html`` });
      },
      async (_form, error) => pageReply({ title: 'Invitation', error: sentence(error), body: html`` }),
    ),
    { auth: 'user', scopes: ['user:all'], maxBody: 16_384 },
  );
}

async function invitationPage(s: SignIn, { actor, params }: RouteRequest): Promise<RouteReply> {
  const secret = params['secret'] ?? '';
  const here = `${s.prefix}/organizations/invitation/${encodeURIComponent(secret)}`;
  if (actor.userId === undefined) return redirect(`${s.prefix}/sign-in?returnTo=${encodeURIComponent(here)}`);
  const invitation = await s.deps.invitations.bySecret(actor, secret);
  if (!invitation) return pageReply({ title: 'Invitation', status: 404, error: sentence(notYours()), body: html`` });
  const { organization, sender } = invitation;
  const name = organization.displayName ?? organization.name;
  const button = (answer: string, label: string, kind: string) =>
    html`<form method="post" action="${here}">${hidden('answer', answer)}<button class="${kind}">${label}</button></form>`;
  return pageReply({
    title: `Invitation to ${name}`,
    body: html`<p>${sender?.username ?? 'Somebody'} invites you, ${actor.username ?? ''}, to the organisation ${name}.</p>
${button('accept', 'Accept', 'main')}
${button('decline', 'Decline', '')}`,
  });
}

const notYours = (): SextantError =>
  new SextantError('SEXTANT_SIGN_IN_LINK', {
    what: 'There is no invitation here for you.',
    why: 'It is answered, revoked or older than a week, or is another account’s.',
    fix: 'If it was mailed to you, confirm that address as one of yours first; else ask for a new one.',
  });
