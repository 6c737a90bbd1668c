import { err, ok, type Result } from '../../../result.ts';
import type { ByteString } from '../../value.ts';

/** The parts of a URL, by what Go leaves as it is in them besides letters, digits and `-_.~`. */
export type UrlPart = 'path' | 'host' | 'zone' | 'user' | 'fragment';

const unescaped: Readonly<Record<UrlPart, string>> = {
  path: '$&+,/:;=@',
  user: '$&+,;=',
  fragment: '$&+,/:;=?@!()*',
  host: '!$&\'()*+,;=:[]<>"',
  zone: '!$&\'()*+,;=:[]<>"',
};

const needsEscape = (character: string, part: UrlPart): boolean =>
  !/^[A-Za-z0-9_.~-]$/.test(character) && !unescaped[part].includes(character);

const escapeCharacter = (character: string): string =>
  `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

/** Writes what a part of a URL cannot hold as `%XX`. */
export const escape = (text: ByteString, part: UrlPart): string =>
  text.replaceAll(/[^]/g, (character) =>
    needsEscape(character, part) ? escapeCharacter(character) : character,
  );

const isHex = (text: string): boolean => /^[0-9A-Fa-f]{2}$/.test(text);

/** Hosts take escapes for bytes past ASCII alone; their zones also for what a host could hold, and for spaces. */
const isAllowed = (code: number, part: UrlPart): boolean => {
  const isPercent = code === 0x25;
  if (part === 'host') return code >= 0x80 || isPercent;
  const character = String.fromCharCode(code);
  return part !== 'zone' || isPercent || character === ' ' || !needsEscape(character, 'host');
};

/** Reads `%XX`. Unlike Go's, no error quotes what is wrong. */
export const unescape = (text: string, part: UrlPart): Result<ByteString, string> => {
  const isHost = part === 'host' || part === 'zone';
  let result = '';
  for (let position = 0; position < text.length; position += 1) {
    const character = text.charAt(position);
    if (character === '%') {
      const digits = text.slice(position + 1, position + 3);
      const code = Number.parseInt(digits, 16);
      if (!isHex(digits) || !isAllowed(code, part)) return err('invalid URL escape');
      result += String.fromCharCode(code);
      position += 2;
    } else {
      if (isHost && character < '\u0080' && needsEscape(character, part))
        return err('invalid character in host name');
      result += character;
    }
  }
  return ok(result);
};
