import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
export type UrlFrom = 'person' | 'admin';

/** Services that hand credentials to whoever asks from inside a cloud. Nothing allows them. */
const METADATA: readonly string[] = [
  '169.254.169.254', // most clouds
  '169.254.170.2', // tasks of AWS ECS
  '169.254.170.23', // pods of AWS EKS
  '168.63.129.16', // Azure's host
  '100.100.100.200', // Alibaba Cloud
  '192.0.0.192', // Oracle Cloud, the old one
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254', // Google Cloud
].map((text) => ipaddr.parse(text).toNormalizedString());

/** What an admin's URL may lead to besides public addresses. */
const INSIDE: readonly string[] = ['loopback', 'private', 'uniqueLocal', 'carrierGradeNat', 'reserved', 'deprecatedSiteLocal'];
const WORDS: Readonly<Record<string, string>> = {
  loopback: 'of this machine',
  private: 'of a private network',
  uniqueLocal: 'of a private network',
  carrierGradeNat: 'of a private network',
  deprecatedSiteLocal: 'of a private network',
  linkLocal: 'of the local link',
  unspecified: 'no address of a host',
  multicast: 'a multicast address',
  broadcast: 'a broadcast address',
};

/** The hosts and networks that an admin allows for everybody's URLs: `git.corp.example`, `*.corp.example`, `10.2.0.0/16`, `fd12::7`. */
export class AddressRules {
  readonly #hosts = new Set<string>();
  readonly #suffixes: string[] = [];
  readonly #networks: [Address, number][] = [];

  constructor(allow: readonly string[]) {
    for (const entry of allow) {
      if (ipaddr.isValidCIDR(entry)) this.#networks.push(ipaddr.parseCIDR(entry));
      else if (ipaddr.isValid(entry)) this.#networks.push([ipaddr.parse(entry), ipaddr.parse(entry).toByteArray().length * 8]);
      else if (entry.startsWith('*.')) this.#suffixes.push(plainHost(entry.slice(1)));
      else this.#hosts.add(plainHost(entry));
    }
  }

  /** Why an address must not be called, in words that follow "Its address is …"; undefined when it may. */
  refusal(host: string, address: string, from: UrlFrom): string | undefined {
    const outer = ipaddr.parse(address.replace(/%.*$/, ''));
    const inner = embedded(outer);
    if ([outer, inner].some((one) => METADATA.includes(one.toNormalizedString()))) return "one of a cloud's metadata";
    if (this.#allows(host, inner)) return undefined;
    const range = inner.range();
    if (range === 'unicast' || (from === 'admin' && INSIDE.includes(range))) return undefined;
    return WORDS[range] ?? 'an address for special use';
  }

  #allows(host: string, address: Address): boolean {
    const name = plainHost(host);
    return (
      this.#hosts.has(name) ||
      this.#suffixes.some((suffix) => name.endsWith(suffix)) ||
      this.#networks.some(([network, bits]) => network.kind() === address.kind() && address.match(network as never, bits))
    );
  }
}

/** Lower case, without the brackets of an IPv6 address and the dot that may end a name. */
export const plainHost = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');

/** As every program reads it: `127.0.0.1` for `0x7f.1`. */
export const plainAddress = (address: string): string => ipaddr.parse(plainHost(address)).toString();

export const isAddress = (host: string): boolean => ipaddr.isValid(plainHost(host));

/** The IPv4 address that an IPv6 one stands for where a network translates it: mapped, compatible, NAT64, 6to4. */
function embedded(address: Address): Address {
  if (!(address instanceof ipaddr.IPv6)) return address;
  const bytes = address.toByteArray();
  const at = (from: number): ipaddr.IPv4 => new ipaddr.IPv4(bytes.slice(from, from + 4));
  const range = address.range();
  if (range === 'ipv4Mapped' || range === 'rfc6145' || range === 'rfc6052') return at(12);
  if (range === '6to4') return at(2);
  // The compatible form, which is long out of use and still connects on some systems.
  return range === 'unicast' && bytes.slice(0, 12).every((byte) => byte === 0) ? at(12) : address;
}
