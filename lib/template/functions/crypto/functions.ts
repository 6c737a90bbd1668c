import { createHash } from 'node:crypto';
import { type ByteString, type CallContext, stringValue, type TemplateFunction } from '../../value.ts';
import { integerArgument, stringArgument } from '../arguments.ts';
import { decryptAes, encryptAes } from './aes.ts';
import { bcrypt } from './bcrypt.ts';
import { derivePassword } from './derive-password.ts';
import { generatePrivateKey } from './generate-key.ts';

/** sprig's named text; a template can pass it only as a literal. */
const hashAlgorithm = 'sprig.HashAlgorithm';

const hashSha = (password: ByteString): string =>
  createHash('sha1').update(password, 'latin1').digest('base64');

const htpasswd = (
  user: ByteString,
  password: ByteString,
  algorithm: ByteString,
  context: CallContext,
): ByteString => {
  if (user.includes(':')) return `invalid username: ${user}`;
  return `${user}:${algorithm === 'sha' ? `{SHA}${hashSha(password)}` : bcrypt(password, context)}`;
};

export const functions: readonly TemplateFunction[] = [
  {
    name: 'bcrypt',
    parameters: ['string'],
    unstable: true,
    call: ([password], context) => stringValue(bcrypt(stringArgument(password), context)),
  },
  {
    name: 'htpasswd',
    parameters: ['string', 'string', hashAlgorithm],
    unstable: true,
    call: ([user, password, algorithm], context) =>
      stringValue(
        htpasswd(stringArgument(user), stringArgument(password), stringArgument(algorithm), context),
      ),
  },
  {
    name: 'genPrivateKey',
    parameters: ['string'],
    unstable: true,
    call: ([kind], context) => stringValue(generatePrivateKey(stringArgument(kind), context)),
  },
  {
    name: 'derivePassword',
    parameters: ['uint32', 'string', 'string', 'string', 'string'],
    call: ([counter, kind, password, user, site], context) => {
      const place = {
        counter: Number(integerArgument(counter)),
        user: stringArgument(user),
        site: stringArgument(site),
      };
      return stringValue(derivePassword(stringArgument(kind), stringArgument(password), place, context));
    },
  },
  {
    name: 'encryptAES',
    parameters: ['string', 'string'],
    unstable: true,
    call: ([password, text], context) =>
      stringValue(encryptAes(stringArgument(password), stringArgument(text), context)),
  },
  {
    name: 'decryptAES',
    parameters: ['string', 'string'],
    call: ([password, encrypted]) =>
      stringValue(decryptAes(stringArgument(password), stringArgument(encrypted))),
  },
];
