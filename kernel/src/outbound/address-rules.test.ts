import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressRules, isAddress, plainHost } from './address-rules.js';

const rules = new AddressRules([]);
const refusal = (address: string, from: 'person' | 'admin' = 'person'): string | undefined => rules.refusal('x.example.com', address, from);

describe('an address (row 21)', () => {
  it.each([
    ['127.0.0.1', 'of this machine'],
    ['127.255.0.9', 'of this machine'],
    ['::1', 'of this machine'],
    ['0.0.0.0', 'no address of a host'],
    ['::', 'no address of a host'],
    ['10.1.2.3', 'of a private network'],
    ['172.16.0.1', 'of a private network'],
    ['192.168.1.1', 'of a private network'],
    ['100.64.0.1', 'of a private network'],
    ['fd12:3456::1', 'of a private network'],
    ['fec0::1', 'of a private network'],
    ['169.254.1.1', 'of the local link'],
    ['fe80::1%eth0', 'of the local link'],
    ['224.0.0.1', 'a multicast address'],
    ['ff02::1', 'a multicast address'],
    ['255.255.255.255', 'a broadcast address'],
    ['192.0.2.1', 'for special use'],
    ['198.18.0.1', 'for special use'],
    ['240.0.0.1', 'for special use'],
    ['2001:db8::1', 'for special use'],
    ['2001:0:1::1', 'for special use'],
    ['100::1', 'for special use'],
  ])('%s is refused to people: %s', (address, words) => {
    expect(refusal(address)).toContain(words);
  });

  it.each([
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:0:127.0.0.1',
    '::127.0.0.1',
    '64:ff9b::127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2002:7f00:1:1:2:3:4:5',
  ])('%s is the one of this machine in another form', (address) => {
    expect(refusal(address)).toBe('of this machine');
  });

  it.each(['8.8.8.8', '140.82.121.4', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8', '2002:808:808::1'])(
    '%s is public',
    (address) => {
      expect(refusal(address)).toBeUndefined();
    },
  );

  it.each(['10.1.2.3', '127.0.0.1', '::1', 'fd12::1', '100.64.0.1'])('%s is within reach of what an admin wrote', (address) => {
    expect(refusal(address, 'admin')).toBeUndefined();
  });

  it.each(['0.0.0.0', '169.254.1.1', 'fe80::1', '224.0.0.1', '255.255.255.255'])('%s is refused to admins too', (address) => {
    expect(refusal(address, 'admin')).not.toBeUndefined();
  });

  it.each([
    '169.254.169.254',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::',
    '169.254.170.2',
    '168.63.129.16',
    '100.100.100.200',
    'fd00:ec2::254',
  ])('%s is a cloud’s metadata, which nothing allows', (address) => {
    const open = new AddressRules(['0.0.0.0/0', '::/0', '*.example.com', 'x.example.com']);
    expect(open.refusal('x.example.com', address, 'admin')).toContain('metadata');
  });
});

describe('what an admin allows', () => {
  it.each([
    ['git.corp.example', 'git.corp.example', true],
    ['git.corp.example', 'GIT.corp.example.', true],
    ['git.corp.example', 'x.git.corp.example', false],
    ['*.corp.example', 'git.corp.example', true],
    ['*.corp.example', 'corp.example', false],
    ['*.corp.example', 'evilcorp.example', false],
    ['10.2.0.0/16', 'any.example', true],
    ['10.3.0.0/16', 'any.example', false],
    ['10.2.0.7', 'any.example', true],
    ['10.2.0.8', 'any.example', false],
    ['fd00::/8', 'any.example', false],
  ])('%s lets %s lead to 10.2.0.7: %s', (entry, host, allowed) => {
    expect(new AddressRules([entry]).refusal(host, '10.2.0.7', 'person') === undefined).toBe(allowed);
  });
});

describe('however an address is spelled in a URL', () => {
  const octets = fc
    .tuple(fc.constantFrom(127, 10, 0, 169), fc.nat(255), fc.nat(255), fc.nat(255))
    .map(([a, b, c, d]) => (a === 169 ? [169, 254, c, d] : [a, b, c, d]));
  const part = (n: number, base: number): string => (base === 16 ? `0x${n.toString(16)}` : base === 8 ? `0${n.toString(8)}` : String(n));
  const base = fc.constantFrom(8, 10, 16);
  const spelling = fc
    .tuple(octets, fc.tuple(base, base, base, base), fc.integer({ min: 1, max: 4 }), fc.constantFrom('', '.'), fc.constantFrom(0, 1, 2))
    .map(([bytes, bases, parts, dot, form]) => {
      const [a = 0, b = 0, c = 0, d = 0] = bytes;
      if (form === 1) return `[::ffff:${bytes.join('.')}]`;
      if (form === 2) return `[64:ff9b::${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}]`;
      const whole = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
      const written = parts === 1 ? [whole] : parts === 2 ? [a, whole % 2 ** 24] : parts === 3 ? [a, b, whole % 2 ** 16] : [a, b, c, d];
      return `${written.map((n, at) => part(n, bases[at] ?? 10)).join('.')}${dot}`;
    });

  it('it is known for an address, and refused', () => {
    fc.assert(
      fc.property(spelling, (host) => {
        const found = plainHost(new URL(`http://${host}/`).hostname);
        expect(isAddress(found)).toBe(true);
        expect(rules.refusal(found, found, 'person')).not.toBeUndefined();
      }),
    );
  });
});
