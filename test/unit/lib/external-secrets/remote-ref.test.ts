import { expect, test } from '@jest/globals';
import { refOf } from '../../../../lib/external-secrets/remote-ref.ts';

const id = '0c5a8d0e-2f1b-4a65-9d3f-7e1c2b3a4d5e';

test.each([
  ['vault', { key: 'a' }, { key: 'a', optional: false }],
  [
    'vault',
    { key: 'a', property: 'b', version: '3' },
    { key: 'a', optional: false, property: 'b', version: '3' },
  ],
  ['vault', { key: 'a', version: 'uuid/3' }, { key: 'a', optional: false, version: 'uuid/3' }],
  ['aws', { key: 'a' }, { key: 'a', optional: false }],
  ['aws', { key: 'a', version: 'AWSPREVIOUS' }, { key: 'a', optional: false, stage: 'AWSPREVIOUS' }],
  ['aws', { key: 'a', version: id }, { key: 'a', optional: false, stage: id }],
  ['aws', { key: 'a', version: `uuid/${id}` }, { key: 'a', optional: false, version: id }],
  ['file', { key: 'a%2F', version: '1' }, { key: 'a%2F', optional: false, version: '1' }],
] as const)('%s: %j', (provider, remote, wanted) => {
  expect(refOf({ remote }, provider)).toEqual(wanted);
  expect(refOf({ remote, decode: 'auto' }, provider)).toEqual({ ...wanted, decode: 'auto' });
});
