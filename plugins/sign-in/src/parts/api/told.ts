import type { IncomingMessage } from 'node:http';
import { type RouteHandler, type RouteReply, type RouteRequest, SextantError } from '@sextant/sdk';
import accepts from 'accepts';
import { html } from '../../pages/html.js';
import { pageReply } from '../../pages/page.js';
import type { SignIn } from '../../wiring.js';
import { retryHeader, sentence } from './form-route.js';
import { requestLink } from './request-access-routes.js';

/** People come here by their browser: what goes wrong is a page with a way on. */
export const told =
  (signIn: () => SignIn, handler: RouteHandler, title = 'You are not signed in'): RouteHandler =>
  async (request: RouteRequest): Promise<RouteReply> => {
    try {
      return await handler(request);
    } catch (error) {
      if (!SextantError.is(error)) throw error;
      const page = pageReply({
        title,
        status: error.status,
        error: sentence(error),
        body: html`<p><a href="${signIn().prefix}/sign-in">Sign in</a></p>${await requestLink(signIn())}`,
      });
      return { ...page, headers: { ...page.headers, ...retryHeader(error) } };
    }
  };

/** The same where programs come too, which are answered as everywhere. */
export const toldToPeople = (signIn: () => SignIn, title: string, handler: RouteHandler): RouteHandler => {
  const page = told(signIn, handler, title);
  return (request) => (namesHtml(request) ? page(request) : handler(request));
};

/** `text/html;q=0` refuses it. */
const namesHtml = ({ headers }: RouteRequest): boolean =>
  (accepts({ headers: { accept: headers['accept'] } } as IncomingMessage).types() as string[]).includes('text/html');
