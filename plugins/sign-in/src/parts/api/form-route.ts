import { type RouteHandler, type RouteReply, type RouteRequest, SextantError } from '@sextant/sdk';
import { FormBody } from '../../pages/form-body.js';

/**
 * A form that is posted: what goes wrong is shown to a person on the form again, and answered to a program as every error is.
 * @param again makes the page of the form, with what was filled in
 */
export const formRoute =
  (
    submit: (form: FormBody, request: RouteRequest) => Promise<RouteReply>,
    again: (form: FormBody, error: SextantError, request: RouteRequest) => Promise<RouteReply>,
  ): RouteHandler =>
  async (request) => {
    const form = await FormBody.read(request);
    try {
      return await submit(form, request);
    } catch (error) {
      if (form.json || !SextantError.is(error) || error.status >= 500) throw error;
      const reply = await again(form, error, request);
      // A redirect stays one.
      if (reply.status === 303) return reply;
      return { ...reply, status: error.status, headers: { ...reply.headers, ...retryHeader(error) } };
    }
  };

/** When a program may try again, in whole seconds. */
export const retryHeader = ({ status, details }: SextantError): Readonly<Record<string, string>> => {
  const wait = details['retryAfter'];
  return status === 429 && typeof wait === 'number' ? { 'retry-after': String(Math.max(1, Math.ceil(wait / 1000))) } : {};
};

/** An error in a sentence or two. */
export const sentence = ({ what, why, fix }: SextantError): string => [what, why, fix].filter(Boolean).join(' ');
