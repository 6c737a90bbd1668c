import { BlockList, isIPv6 } from 'node:net';

/**
 * Addresses that no store may live at: asking there would hand a pod's token to whatever answers, or fetch the node's own
 * credentials. Loopback and private networks are allowed, stores live there.
 */

interface Refusal {
  readonly reason: string;
  /** Network and length of its prefix. */
  readonly ipv4: readonly (readonly [string, number])[];
  readonly ipv6: readonly (readonly [string, number])[];
}

const refusals: readonly Refusal[] = [
  {
    reason: 'link-local',
    ipv4: [['169.254.0.0', 16]],
    ipv6: [['fe80::', 10]],
  },
  {
    reason: "a cloud's metadata service",
    // Alibaba Cloud, Oracle Cloud, Azure's host agent; AWS and Google Cloud over IPv6.
    ipv4: [
      ['100.100.100.200', 32],
      ['192.0.0.192', 32],
      ['168.63.129.16', 32],
    ],
    ipv6: [
      ['fd00:ec2::', 32],
      ['fd20:ce::254', 128],
    ],
  },
  {
    reason: 'multicast or broadcast',
    ipv4: [
      ['224.0.0.0', 4],
      ['255.255.255.255', 32],
    ],
    ipv6: [['ff00::', 8]],
  },
  {
    reason: 'no address of a host',
    ipv4: [['0.0.0.0', 8]],
    ipv6: [['::', 128]],
  },
];

/** IPv6 ranges whose last 32 bits are an IPv4 address: compatible, translated, NAT64. BlockList knows the mapped ones itself. */
const ipv4Carriers = ['::', '::ffff:0:', '64:ff9b::'];

const toBlockList = ({ ipv4, ipv6 }: Refusal): BlockList => {
  const list = new BlockList();
  for (const [network, prefix] of ipv6) list.addSubnet(network, prefix, 'ipv6');
  for (const [network, prefix] of ipv4) {
    list.addSubnet(network, prefix, 'ipv4');
    // Embedded in ::/96 the network 0.0.0.0/8 would cover ::1.
    const carriers = network === '0.0.0.0' ? ipv4Carriers.slice(1) : ipv4Carriers;
    for (const carrier of carriers) list.addSubnet(carrier + network, 96 + prefix, 'ipv6');
  }
  return list;
};

const lists = refusals.map((refusal) => ({ reason: refusal.reason, list: toBlockList(refusal) }));

/** Why nothing may be sent to this IP address, or undefined. */
export const addressRefusal = (address: string): string | undefined => {
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  return lists.find(({ list }) => list.check(address, family))?.reason;
};
