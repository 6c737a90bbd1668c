import { quoted, withoutTrailingSlashes } from '../text.ts';
import type { Fields } from './fields.ts';
import { object, oneOf, text } from './shape.ts';

const excess = (url: URL): string | undefined => {
  if (url.username !== '' || url.password !== '')
    return 'has a user name or password in it; credentials do not belong in a URL';
  return url.search !== '' || url.hash !== ''
    ? 'has a query or a fragment; give the base URL alone'
    : undefined;
};

/**
 * A base URL without a trailing slash, as a URL parser spells it: what is compared with the install's lists is then what the
 * agent will call. Empty where it is not there, or will not do.
 */
export const readServer = (
  fields: Fields,
  name: string,
  { required, example }: { readonly required: boolean; readonly example: string },
): string => {
  const text = required ? fields.string(name) : (fields.optionalString(name) ?? '');
  if (text === '') return text;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    fields.reject(name, `is ${quoted(text)}; give a URL like ${example}`);
    return '';
  }
  const problem = excess(url);
  if (problem !== undefined) fields.reject(name, problem);
  return withoutTrailingSlashes(`${url.origin}${url.pathname}`);
};

/** `caBundle` as the API has it, the base64 of PEM certificates; read it where it is trusted for that store alone. */
export const readCaBundle = (fields: Fields): { caBundle?: string } => {
  const encoded = fields.optionalString('caBundle');
  if (encoded === undefined) return {};
  const pem = Buffer.from(encoded, 'base64').toString('utf8');
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) {
    fields.unusable('caBundle', 'must be the base64 of one or more PEM certificates');
    return {};
  }
  return { caBundle: pem.endsWith('\n') ? pem : `${pem}\n` };
};

const caProvider = object({
  type: oneOf('Secret', 'ConfigMap'),
  name: text,
  key: text,
  namespace: text,
});

/** `caProvider` names an object that holds the certificate authority; where the bundle is there too, that is what counts. */
export const checkCaProvider = (fields: Fields): void => {
  caProvider(fields, 'caProvider');
  if (fields.has('caBundle')) fields.ignore('has no effect: caBundle is there', 'caProvider');
  else
    fields.postpone(
      "reads a Secret or ConfigMap, which Keyferry does not; put the PEM's base64 into caBundle",
      'caProvider',
    );
};
