import { type ByteString, FunctionError, type ObjectValue, stringValue, type Value } from '../../value.ts';
import { objectArgument } from '../arguments.ts';

/** sprig's struct of a certificate and its key, both in PEM. */
export interface CertificatePair {
  readonly certificate: ByteString;
  readonly key: ByteString;
}

export const certificateType = 'sprig.certificate';

export const certificateObject = ({ certificate, key }: CertificatePair): ObjectValue => ({
  kind: 'object',
  type: certificateType,
  fields: new Map([
    ['Cert', stringValue(certificate)],
    ['Key', stringValue(key)],
  ]),
  methods: new Map(),
  text: () => `{${certificate} ${key}}`,
});

const textOf = (value: Value | undefined): ByteString => (value?.kind === 'string' ? value.value : '');

export const pairArgument = (value: Value | undefined): CertificatePair => {
  const { type, fields } = objectArgument(value);
  if (type !== certificateType) throw new FunctionError('a certificate is wanted');
  return { certificate: textOf(fields.get('Cert')), key: textOf(fields.get('Key')) };
};
