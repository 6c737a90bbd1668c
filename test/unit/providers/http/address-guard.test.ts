import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addressRefusal } from '../../../../providers/http/address-guard.ts';

describe('addresses that nothing is sent to', () => {
  test.each([
    ['169.254.169.254', 'link-local'],
    ['169.254.0.1', 'link-local'],
    ['fe80::1', 'link-local'],
    ['febf::1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['::ffff:169.254.169.254', 'link-local'],
    ['::ffff:a9fe:a9fe', 'link-local'],
    ['0:0:0:0:0:ffff:a9fe:a9fe', 'link-local'],
    ['::a9fe:a9fe', 'link-local'],
    ['::ffff:0:a9fe:a9fe', 'link-local'],
    ['64:ff9b::a9fe:a9fe', 'link-local'],
    ['fd00:ec2::254', "a cloud's metadata service"],
    ['fd00:ec2::23', "a cloud's metadata service"],
    ['fd20:ce::254', "a cloud's metadata service"],
    ['100.100.100.200', "a cloud's metadata service"],
    ['::ffff:100.100.100.200', "a cloud's metadata service"],
    ['192.0.0.192', "a cloud's metadata service"],
    ['168.63.129.16', "a cloud's metadata service"],
    ['0.0.0.0', 'no address of a host'],
    ['0.1.2.3', 'no address of a host'],
    ['::ffff:0.0.0.0', 'no address of a host'],
    ['::', 'no address of a host'],
    ['224.0.0.1', 'multicast or broadcast'],
    ['239.255.255.255', 'multicast or broadcast'],
    ['255.255.255.255', 'multicast or broadcast'],
    ['ff02::1', 'multicast or broadcast'],
  ])('%s: %s', (address, reason) => {
    expect(addressRefusal(address)).toBe(reason);
  });

  test.each([
    '127.0.0.1',
    '::1',
    '::ffff:127.0.0.1',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '192.0.0.191',
    '100.100.100.199',
    '169.253.255.255',
    '169.255.0.0',
    '203.0.113.7',
    'fd12:3456::1',
    'fec0::1',
    '2001:db8::1',
    '64:ff9b::a00:1',
  ])('%s is allowed', (address) => {
    expect(addressRefusal(address)).toBeUndefined();
  });

  test('an IPv4 address mapped into IPv6 is judged as the IPv4 address is', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(addressRefusal(`::ffff:${address}`)).toBe(addressRefusal(address));
      }),
    );
  });
});
