import { definePart, SextantError } from '@sextant/sdk';
import { config } from '../../config.js';
import '../../errors.js';
import { greetingFor } from '../../greeting.js';
import { storage } from '../../storage/definition.js';
import { deps } from './deps.js';

const LONGEST_NAME = 100;

export default definePart(config)({
  deps,
  register(r) {
    r.storage(storage);
    r.graphql(() => import('./graphql.js'));
    r.http((router, _deps, ctx) => {
      router.get(
        '/.api/hello/:name',
        ({ params: { name = '' } }) => {
          if (name.length > LONGEST_NAME) {
            throw new SextantError('SEXTANT_HELLO_NAME', {
              what: 'The name is too long to be greeted.',
              why: `It has more than ${LONGEST_NAME} characters.`,
              fix: 'Give a shorter one.',
            });
          }
          return { headers: { 'content-type': 'text/plain; charset=utf-8' }, body: greetingFor(ctx.config.get().word, name) };
        },
        { auth: 'public' },
      );
    });
  },
});
