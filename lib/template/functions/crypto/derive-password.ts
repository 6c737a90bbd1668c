import { createHmac, scryptSync } from 'node:crypto';
import type { ByteString, CallContext } from '../../value.ts';
import { cost } from '../cost.ts';

/** The Master Password algorithm, version 0 (https://masterpassword.app/masterpassword-algorithm.pdf). */

const scope = 'com.lyndir.masterpassword';

/** Words of a kind of password; each letter stands for a class of characters. */
const words = new Map<ByteString, readonly string[]>([
  ['maximum', ['anoxxxxxxxxxxxxxxxxx', 'axxxxxxxxxxxxxxxxxno']],
  [
    'long',
    [
      'CvcvnoCvcvCvcv',
      'CvcvCvcvnoCvcv',
      'CvcvCvcvCvcvno',
      'CvccnoCvcvCvcv',
      'CvccCvcvnoCvcv',
      'CvccCvcvCvcvno',
      'CvcvnoCvccCvcv',
      'CvcvCvccnoCvcv',
      'CvcvCvccCvcvno',
      'CvcvnoCvcvCvcc',
      'CvcvCvcvnoCvcc',
      'CvcvCvcvCvccno',
      'CvccnoCvccCvcv',
      'CvccCvccnoCvcv',
      'CvccCvccCvcvno',
      'CvcvnoCvccCvcc',
      'CvcvCvccnoCvcc',
      'CvcvCvccCvccno',
      'CvccnoCvcvCvcc',
      'CvccCvcvnoCvcc',
      'CvccCvcvCvccno',
    ],
  ],
  ['medium', ['CvcnoCvc', 'CvcCvcno']],
  ['short', ['Cvcn']],
  ['basic', ['aaanaaan', 'aannaaan', 'aaannaaa']],
  ['pin', ['nnnn']],
]);

const consonants = 'bcdfghjklmnpqrstvwxyz';
const vowels = 'aeiou';
const letters = vowels.toUpperCase() + vowels + consonants.toUpperCase() + consonants;
const digits = '0123456789';

const classes = new Map([
  ['V', vowels.toUpperCase()],
  ['C', consonants.toUpperCase()],
  ['v', vowels],
  ['c', consonants],
  ['a', letters],
  ['n', digits],
  ['o', "@&%?,=[]_:-+*$#!'^~;()/."],
  ['x', `${letters}${digits}!@#$%^&*()`],
]);

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** A text after its length in bytes. */
const measured = (text: ByteString): Buffer =>
  Buffer.concat([uint32(text.length), Buffer.from(text, 'latin1')]);

const at = <T>(items: ArrayLike<T>, index: number): T => {
  const item = items[index % items.length];
  if (item === undefined) throw new TypeError('there is nothing to choose from');
  return item;
};

export interface Site {
  readonly user: ByteString;
  readonly site: ByteString;
  readonly counter: number;
}

/** The password of a site; a text that says so for an unknown kind. */
export const derivePassword = (
  kind: ByteString,
  password: ByteString,
  { user, site, counter }: Site,
  context: CallContext,
): ByteString => {
  const choices = words.get(kind);
  if (choices === undefined) return `cannot find password template ${kind}`;
  context.spend(cost.scrypt);
  const salt = Buffer.concat([Buffer.from(scope), measured(user)]);
  const options = { N: 32_768, r: 8, p: 2, maxmem: 64 * 1024 * 1024 };
  const key = scryptSync(Buffer.from(password, 'latin1'), salt, 64, options);
  const message = Buffer.concat([Buffer.from(scope), measured(site), uint32(counter)]);
  const seed = createHmac('sha256', key).update(message).digest();
  const word = at(choices, seed[0] ?? 0);
  return Array.from(word, (letter, index) => at(classes.get(letter) ?? '', seed[index + 1] ?? 0)).join('');
};
