import { expect, test } from '@jest/globals';
import { isOneOf } from '../../../broker/identity/address.ts';

test.each([
  ['10.0.0.1', ['10.0.0.2', '10.0.0.1'], true],
  ['::ffff:10.0.0.1', ['10.0.0.1'], true],
  ['::FFFF:10.0.0.1', ['10.0.0.1'], true],
  ['10.0.0.1', ['::ffff:10.0.0.1'], true],
  ['fd00::1', ['FD00:0:0::1'], true],
  ['fe80::1%eth0', ['fe80::1'], true],
  ['10.0.0.1', ['10.0.0.11', '10.0.0.10'], false],
  ['10.0.0.1', [], false],
  ['10.0.0.1', ['10.0.0.1/8', 'node', ''], false],
  ['', [''], false],
  ['10.0.0', ['10.0.0'], false],
  ['::1', ['127.0.0.1'], false],
  ['::a00:1', ['10.0.0.1'], false],
])('%s of %j: %s', (address, others, is) => {
  expect(isOneOf(address, others)).toBe(is);
});
