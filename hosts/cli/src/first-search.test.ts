import { describe, expect, it } from 'vitest';
import { firstSearch } from './first-search.js';

const running = { url: 'http://127.0.0.1:7080', localMode: true, invitation: undefined, active: new Set(['git', 'search']) };

describe('the first search that a start proposes', () => {
  it('needs nothing in local mode', () => {
    expect(firstSearch(running)).toBe("Try it: curl -s 'http://127.0.0.1:7080/.api/search/stream?q=TODO'\n");
  });

  it('has a token elsewhere', () => {
    expect(firstSearch({ ...running, localMode: false })).toContain('-H "Authorization: token $SRC_ACCESS_TOKEN" \'http');
  });

  it('is none where nothing searches', () => {
    expect(firstSearch({ ...running, active: new Set(['git']) })).toBe('');
  });
});
