import { err, ok, type Result } from '../../../result.ts';
import type { ByteString } from '../../value.ts';
import { escape, unescape } from './escape.ts';
import { parseHost } from './parse-host.ts';

export interface UserInfo {
  readonly name: ByteString;
  readonly password?: ByteString;
}

/** A URL as Go's `net/url` takes it apart; texts are not escaped, but for `query` and `opaque`. */
export interface Url {
  readonly scheme: string;
  readonly opaque: string;
  readonly user?: UserInfo;
  readonly host: ByteString;
  readonly path: ByteString;
  readonly query: string;
  readonly fragment: ByteString;
}

const emptyUrl: Url = { scheme: '', opaque: '', host: '', path: '', query: '', fragment: '' };

/** Splits at the first separator. */
const cut = (text: string, separator: string): [before: string, after: string] => {
  const index = text.indexOf(separator);
  return index === -1 ? [text, ''] : [text.slice(0, index), text.slice(index + separator.length)];
};

const parseUser = (text: string): Result<UserInfo, string> => {
  if (!/^[A-Za-z0-9._:~!$&'()*+,;=%@-]*$/.test(text)) return err('net/url: invalid userinfo');
  const [rawName, rawPassword] = cut(text, ':');
  const name = unescape(rawName, 'user');
  if (!name.ok) return name;
  if (!text.includes(':')) return ok({ name: name.value });
  const password = unescape(rawPassword, 'user');
  return password.ok ? ok({ name: name.value, password: password.value }) : password;
};

const parseAuthority = (scheme: string, authority: string): Result<Pick<Url, 'host' | 'user'>, string> => {
  const at = authority.lastIndexOf('@');
  const host = parseHost(scheme, authority.slice(at + 1));
  if (!host.ok) return host;
  if (at === -1) return ok({ host: host.value });
  const user = parseUser(authority.slice(0, at));
  return user.ok ? ok({ host: host.value, user: user.value }) : user;
};

/** What comes after the scheme and before the query: authority and path. */
const parseHierarchy = (
  scheme: string,
  text: string,
): Result<Pick<Url, 'host' | 'user' | 'path'>, string> => {
  const hasAuthority = text.startsWith('//') && (scheme !== '' || !text.startsWith('///'));
  const slash = hasAuthority ? text.indexOf('/', 2) : 0;
  const pathStart = slash === -1 ? text.length : slash;
  const authority = hasAuthority ? parseAuthority(scheme, text.slice(2, pathStart)) : ok({ host: '' });
  if (!authority.ok) return authority;
  const path = unescape(text.slice(pathStart), 'path');
  return path.ok ? ok({ ...authority.value, path: path.value }) : path;
};

const parseWithoutFragment = (text: string): Result<Url, string> => {
  if (text === '*') return ok({ ...emptyUrl, path: '*' });
  if (text.startsWith(':')) return err('missing protocol scheme');
  const rawScheme = /^[A-Za-z][A-Za-z0-9+.-]*(?=:)/.exec(text)?.[0] ?? '';
  const scheme = rawScheme.toLowerCase();
  const [rest, query] = cut(rawScheme === '' ? text : text.slice(rawScheme.length + 1), '?');
  if (!rest.startsWith('/')) {
    if (scheme !== '') return ok({ ...emptyUrl, scheme, opaque: rest, query });
    if (cut(rest, '/')[0].includes(':')) return err('first path segment in URL cannot contain colon');
  }
  const hierarchy = parseHierarchy(scheme, rest);
  return hierarchy.ok ? ok({ ...emptyUrl, scheme, query, ...hierarchy.value }) : hierarchy;
};

/** Reads a URL as Go's `url.Parse`. Unlike Go's, no error quotes it: URLs have passwords. */
export const parseUrl = (text: ByteString): Result<Url, string> => {
  const [rest, rawFragment] = cut(text, '#');
  if (/[\u0000-\u0020\u007f]/.test(rest.replaceAll(' ', ''))) {
    return err('net/url: invalid control character in URL');
  }
  const url = parseWithoutFragment(rest);
  if (!url.ok) return url;
  const fragment = unescape(rawFragment, 'fragment');
  return fragment.ok ? ok({ ...url.value, fragment: fragment.value }) : fragment;
};

export const formatUser = ({ name, password }: UserInfo): string =>
  escape(name, 'user') + (password === undefined ? '' : `:${escape(password, 'user')}`);

const formatAuthority = ({ scheme, host, path, user }: Url): string => {
  const isThere = scheme !== '' || host !== '' || user !== undefined;
  if (!isThere || (host === '' && path === '' && user === undefined)) return '';
  return `//${user === undefined ? '' : `${formatUser(user)}@`}${escape(host, 'host')}`;
};

const formatHierarchy = (url: Url): string => {
  const authority = formatAuthority(url);
  const path = url.path === '*' ? '*' : escape(url.path, 'path');
  if (path !== '' && !path.startsWith('/') && url.host !== '') return `${authority}/${path}`;
  // A colon in the first segment would make a scheme of it.
  const isFirst = url.scheme === '' && authority === '';
  return isFirst && cut(path, '/')[0].includes(':') ? `./${path}` : authority + path;
};

/** Writes a URL as Go's `URL.String`. */
export const formatUrl = (url: Url): string =>
  [
    url.scheme === '' ? '' : `${url.scheme}:`,
    url.opaque === '' ? formatHierarchy(url) : url.opaque,
    url.query === '' ? '' : `?${url.query}`,
    url.fragment === '' ? '' : `#${escape(url.fragment, 'fragment')}`,
  ].join('');
