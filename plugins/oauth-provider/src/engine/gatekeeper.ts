import { type Limits, SextantError } from '@sextant/sdk';
import { problemPage } from '../pages/pages.js';
import { INTERACTION, PATHS } from '../paths.js';
import { type Asking, present } from './asking.js';
import { type Context, type InteractionParts, interact, type Middleware } from './interaction.js';
import { show } from './show.js';

/** Codes that a person may try: of 20^8 that there are, each good for ten minutes. */
const TRIES = { capacity: 20, per: 10 * 60_000 } as const;
/** What a device waits between two questions, in seconds. */
export const POLL_INTERVAL = 5;

/** What stands before the provider's own routes: the questions to the person, and who may come to the page of codes. */
export function gatekeeper(parts: InteractionParts & { readonly limits: Limits; readonly prefix: string }): Middleware {
  return async (ctx, next) => {
    // The provider makes addresses of it.
    (ctx as { mountPath?: string }).mountPath = parts.prefix;
    // Answers that post themselves to the program have one script; the provider adds its hash here.
    ctx.set('content-security-policy', "default-src 'none'; script-src 'none'; frame-ancestors 'none'; base-uri 'none'");
    try {
      if (ctx.path.startsWith(INTERACTION)) return await interact(ctx, parts);
      if (ctx.path === PATHS.device) return await enterCode(ctx, parts, next);
      await next();
    } catch (error) {
      // The provider's server writes into errors that it answers, which ours do not bear: they are for our own server.
      if (!SextantError.is(error)) throw error;
      (present() as Asking).failure = error;
      return undefined;
    }
    if (ctx.path === PATHS.deviceAuthorization && ctx.status === 200) ctx.body = { ...(ctx.body as object), interval: POLL_INTERVAL };
  };
}

async function enterCode(
  ctx: Context,
  { limits, signIn }: Parameters<typeof gatekeeper>[0],
  next: () => Promise<unknown>,
): Promise<unknown> {
  const asking = present() as Asking;
  const { person, request } = asking;
  const userCode = request.query.get('user_code')?.slice(0, 20) ?? '';
  if (!person) return ctx.redirect(signIn(`${PATHS.device}${userCode === '' ? '' : `?user_code=${encodeURIComponent(userCode)}`}`));
  // A link fills the code in and does no more: that it is the code of one's own device is for the person to say.
  asking.userCode = userCode;
  ctx.querystring = '';
  if (ctx.method === 'POST') {
    const { allowed } = await limits.take(`user-code:${person.userId}`, TRIES);
    if (!allowed) {
      ctx.status = 429;
      return show(ctx, problemPage('Too many codes', 'Wait ten minutes, and type the code that your device shows.'));
    }
  }
  return next();
}
