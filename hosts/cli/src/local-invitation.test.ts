import { describe, expect, it } from 'vitest';
import { localInvitation } from './local-invitation.js';

const running = {
  url: 'http://127.0.0.1:7080',
  invitation: { link: 'http://127.0.0.1:7080/-/local?token=s3cret', file: '/data/run/local-secret' },
};

describe('how a start says who is let in', () => {
  it('shows the link to a person', () => {
    expect(localInvitation(running, true)).toBe('Open it as its site admin: http://127.0.0.1:7080/-/local?token=s3cret\n');
  });

  it('writes no secret into what others may read', () => {
    const text = localInvitation(running, false);
    expect(text).toContain('/data/run/local-secret');
    expect(text).not.toContain('s3cret');
  });

  it('says nothing where people sign in', () => {
    expect(localInvitation({ ...running, invitation: undefined }, true)).toBe('');
  });
});
