import { describe, expect, it } from 'vitest';
import { buildVersion, PRODUCT_VERSION } from './product-version.js';

describe('the version that clients read', () => {
  it('is one that src accepts for all it can do (7.0 and later)', () => {
    expect(PRODUCT_VERSION).toMatch(/^7\.\d+\.\d+$/);
  });

  it('names the program beside it, as semantic versioning allows', () => {
    expect(buildVersion('1.2.3+abc')).toBe('7.6.0+sextant.1.2.3.abc');
  });
});
