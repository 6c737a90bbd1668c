import {
  type ByteString,
  FunctionError,
  type MapValue,
  mapValue,
  stringValue,
  type TemplateFunction,
} from '../../value.ts';
import { mapArgument, stringArgument } from '../arguments.ts';
import { hostname } from './parse-host.ts';
import { formatUrl, formatUser, parseUrl, type Url, type UserInfo } from './url.ts';

const parse = (text: ByteString, failure: string): Url => {
  const parsed = parseUrl(text);
  if (!parsed.ok) throw new FunctionError(`${failure}: ${parsed.error}`);
  return parsed.value;
};

/** A missing key is an empty text; what is no text is a mistake. */
const textAt = (map: MapValue, key: string): ByteString => {
  const value = map.entries.get(key);
  if (value === undefined) return '';
  if (value.kind !== 'string') {
    throw new FunctionError(`unable to parse ${key} key, must be of type string`);
  }
  return value.value;
};

const userFrom = (text: ByteString): UserInfo | undefined =>
  text === '' ? undefined : parse(`proto://${text}@host`, 'unable to parse userinfo in dict').user;

export const functions: readonly TemplateFunction[] = [
  {
    name: 'urlParse',
    parameters: ['string'],
    call: ([text]) => {
      const url = parse(stringArgument(text), 'unable to parse url');
      const parts: readonly (readonly [string, ByteString])[] = [
        ['fragment', url.fragment],
        ['host', url.host],
        ['hostname', hostname(url.host)],
        ['opaque', url.opaque],
        ['path', url.path],
        ['query', url.query],
        ['scheme', url.scheme],
        ['userinfo', url.user === undefined ? '' : formatUser(url.user)],
      ];
      return mapValue(parts.map(([key, value]) => [key, stringValue(value)]));
    },
  },
  {
    name: 'urlJoin',
    parameters: ['map[string]interface {}'],
    call: ([value]) => {
      const map = mapArgument(value);
      const user = userFrom(textAt(map, 'userinfo'));
      const url = {
        scheme: textAt(map, 'scheme'),
        host: textAt(map, 'host'),
        path: textAt(map, 'path'),
        query: textAt(map, 'query'),
        opaque: textAt(map, 'opaque'),
        fragment: textAt(map, 'fragment'),
      };
      return stringValue(formatUrl(user === undefined ? url : { ...url, user }));
    },
  },
];
