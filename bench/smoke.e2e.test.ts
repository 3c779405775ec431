import { describe, it } from 'vitest';
import { expectRows } from './harness/expect-rows.js';

describe('the benches of whole installations', () => {
  it.each(['start', 'search', 'hosts', 'permissions'])('measure something of %s', { timeout: 120_000 }, (name) => expectRows(name));
});
