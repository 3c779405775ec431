import { SextantError } from '@sextant/sdk';
import type { Response as UndiciResponse } from 'undici';

const WITHOUT_BODY = [101, 103, 204, 205, 304];

/** The answer with a body that is read up to `maxBody` bytes. `failed` says in our words why reading broke off. */
export function boundedResponse(response: UndiciResponse, url: URL, maxBody: number, failed: (cause: unknown) => unknown): Response {
  const { status, statusText } = response;
  const reader = WITHOUT_BODY.includes(status) ? undefined : response.body?.getReader();
  let left = maxBody;
  const body =
    reader &&
    new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        async pull(controller) {
          try {
            const { done, value } = await reader.read();
            if (done) return controller.close();
            left -= value.byteLength;
            if (left < 0) throw tooLarge(url, maxBody);
            controller.enqueue(value as Uint8Array<ArrayBuffer>);
          } catch (cause) {
            void reader.cancel().catch(() => undefined);
            controller.error(SextantError.is(cause) ? cause : failed(cause));
          }
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    );
  const bounded = new Response(body ?? null, { status, statusText, headers: [...response.headers] });
  // A response that is made by hand has no address, and relative links need one.
  Object.defineProperty(bounded, 'url', { value: url.href });
  return bounded;
}

const tooLarge = (url: URL, maxBody: number): SextantError =>
  new SextantError('SEXTANT_OUTBOUND_TOO_LARGE', {
    what: `The answer of ${url.host} is too long.`,
    why: `It has more than ${maxBody} bytes.`,
    fix: 'Check that the address is the one meant.',
    details: { host: url.host },
  });
