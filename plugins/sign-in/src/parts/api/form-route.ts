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
      return reply.status === 303 ? reply : { ...reply, status: error.status };
    }
  };

/** An error in a sentence or two. */
export const sentence = ({ what, why, fix }: SextantError): string => [what, why, fix].filter(Boolean).join(' ');
