import { codeHostKinds } from '@sextant/plugin-code-host/api';
import { core, definePart } from '@sextant/sdk';
import { smithyKind } from '../../smithy-kind.js';

export default definePart()({
  deps: { http: core.http },
  register(r) {
    r.contribute(codeHostKinds, ({ http }) => smithyKind(http));
  },
});
