// Which IP addresses are public: everything else is refused (did:webvh v1.0, "Resolver Transport Hardening").
import { BlockList, isIP } from 'node:net'

// IANA IPv4 Special-Purpose Address Registry (RFC 6890), with multicast and the reserved class E.
const special4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

// Inside 2000::/3, the only space of global unicast: protocol assignments (Teredo among them), documentation, 6to4,
// which embeds an IPv4 address, and AS112. Loopback, mapped, NAT64, unique-local and link-local lie outside of it.
const special6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
]

const refused4 = blockList(special4, 'ipv4')
const refused6 = blockList(special6, 'ipv6')
const global6 = blockList([['2000::', 3]], 'ipv6')

/** Tells whether `address` is an IP address that anyone on the Internet could reach. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !refused4.check(address, 'ipv4')
  return family === 6 && global6.check(address, 'ipv6') && !refused6.check(address, 'ipv6')
}

function blockList(
  subnets: readonly (readonly [string, number])[],
  family: 'ipv4' | 'ipv6',
): BlockList {
  const list = new BlockList()
  for (const [net, prefix] of subnets) list.addSubnet(net, prefix, family)
  return list
}
