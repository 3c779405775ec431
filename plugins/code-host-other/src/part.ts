import { codeHostKinds } from '@sextant/plugin-code-host/api';
import { core, definePart } from '@sextant/sdk';
import { otherKind } from './other-kind.js';

export default definePart()({
  deps: { http: core.http },
  register(r) {
    r.contribute(codeHostKinds, ({ http }) => otherKind(http));
  },
});
