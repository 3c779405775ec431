import { codeHostKindContract, testHostClients } from '@sextant/plugin-code-host/testing';
import { describeContract } from '@sextant/sdk/testing';
import { afterAll, beforeAll } from 'vitest';
import { FakeSmithy } from './fake/fake-smithy.js';
import { smithyKind } from './smithy-kind.js';

let smithy: FakeSmithy;
let closed: string;
beforeAll(async () => {
  smithy = await FakeSmithy.start([
    { id: 1, name: 'tools/anvil' },
    { id: 2, name: 'tools/hammer', private: true },
    { id: 3, name: 'tools/tongs' },
  ]);
  await using gone = await FakeSmithy.start([]);
  closed = gone.url;
});
afterAll(() => smithy[Symbol.asyncDispose]());

const contract = codeHostKindContract(() => ({
  good: { url: smithy.url, token: smithy.token },
  refused: { url: smithy.url, token: 'wrong' },
  unreachable: { url: closed, token: smithy.token },
  faults: smithy.faults,
  elsewhere: (url) => ({ url, token: smithy.token }),
}));
describeContract(contract, 'Smithy', () => smithyKind(testHostClients({ faults: smithy.faults })));
