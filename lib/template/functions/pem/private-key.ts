import { createPrivateKey, type KeyObject } from 'node:crypto';

/** Curves that Go's x509 has. */
const curves: ReadonlySet<string> = new Set(['secp224r1', 'prime256v1', 'secp384r1', 'secp521r1']);

const isSupported = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean =>
  asymmetricKeyType === 'ec'
    ? curves.has(asymmetricKeyDetails?.namedCurve ?? '')
    : asymmetricKeyType === 'rsa' || asymmetricKeyType === 'ed25519' || asymmetricKeyType === 'x25519';

export type PrivateKeyForm = 'pkcs1' | 'pkcs8' | 'sec1';

/** Reads a private key in DER; undefined for what is none of that form, or of a kind that Go does not have. */
export const readPrivateKey = (der: Buffer, form: PrivateKeyForm): KeyObject | undefined => {
  try {
    const key = createPrivateKey({ key: der, format: 'der', type: form });
    return isSupported(key) ? key : undefined;
  } catch {
    // OpenSSL's messages say nothing that a template's author could use.
    return undefined;
  }
};

const forms = ['pkcs1', 'pkcs8', 'sec1'] as const;

/** Reads a private key in whichever form it is. */
export const readAnyPrivateKey = (der: Buffer): KeyObject | undefined => {
  for (const form of forms) {
    const key = readPrivateKey(der, form);
    if (key !== undefined) return key;
  }
  return undefined;
};

export const toPkcs8 = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'pkcs8' });
