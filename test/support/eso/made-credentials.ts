import { looksDynamic } from '../../../lib/dynamic-key.ts';
import type { EsoCase, Files } from './cases.ts';

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`);

/** The values of `upstream.yaml` that Vault would make up, by their property. */
const madeValues = ({ upstream }: EsoCase): ReadonlyMap<string, string> =>
  new Map(
    Object.values(upstream).flatMap((held) =>
      Object.entries(held)
        .filter(([key]) => looksDynamic({ key }))
        .flatMap(([, properties]) =>
          Object.entries(properties).map(([name, value]) => [String(value), name]),
        ),
    ),
  );

/** The files with each made-up value in its place: as a group of a regular expression that is called like the property. */
const patternOf = (bytes: string, made: ReadonlyMap<string, string>): RegExp => {
  const parts = bytes.split(new RegExp(`(${[...made.keys()].map(escaped).join('|')})`, 'u'));
  const pattern = parts.map((part) => {
    const property = made.get(part);
    return property === undefined ? escaped(part) : String.raw`(?<${property}>[\w./-]+)`;
  });
  return new RegExp(`^${pattern.join('')}$`, 'u');
};

/**
 * `files` with what a Vault made up replaced by what `upstream.yaml` has in its place, so that they can be held to `want/` byte for byte. A
 * value that differs from file to file is left: the files of one credential belong together.
 */
export const asWanted = (eso: EsoCase, files: Files, wanted: Files): Files => {
  const made = madeValues(eso);
  if (made.size === 0) return files;
  const seen = new Map<string, string>();
  return Object.fromEntries(
    Object.entries(files).map(([path, bytes]) => {
      const groups = patternOf(wanted[path] ?? '', made).exec(bytes)?.groups ?? {};
      const isOne = Object.entries(groups).every(([property, value]) => {
        const first = seen.get(property) ?? value;
        seen.set(property, first);
        return first === value;
      });
      return [path, isOne && Object.keys(groups).length > 0 ? (wanted[path] ?? '') : bytes];
    }),
  );
};
