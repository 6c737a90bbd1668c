import { filePathProblem } from '../file-path.ts';
import { quoted } from '../text.ts';

const pattern = /^[-._a-zA-Z0-9]+$/;
const longest = 253;

/** What keeps a text from being a key, as those of Secrets and ConfigMaps are; to be read after its place. */
export const keyNameFault = (key: string): string | undefined => {
  if (key === '') return 'is empty';
  if (key.length > longest) return `has ${key.length} characters; a key has ${longest} at most`;
  return pattern.test(key)
    ? undefined
    : `is ${quoted(key)}; a key is made of letters, digits, "-", "_" and "."`;
};

/** The same for a key that becomes a file. */
export const fileNameFault = (key: string): string | undefined => {
  const fault = keyNameFault(key);
  if (fault !== undefined) return fault;
  const problem = filePathProblem(key);
  return problem === undefined ? undefined : `is ${quoted(key)}, which cannot be a file: it ${problem}`;
};

/** The place of a key in a map: `data[config.yaml]`, as Kubernetes writes it. */
export const placeInMap = (map: string, key: string): string =>
  `${map}[${pattern.test(key) && key.length <= longest ? key : quoted(key)}]`;
