import {
  annotation,
  namedSettings,
  settingNames,
  unsupportedSettings,
  type NamedSetting,
  type SettingName,
} from '../../lib/annotation-names.ts';
import { annotationPrefix } from '../../lib/names.ts';
import { didYouMean, mostSuggestions, nearest } from '../../lib/text.ts';
import { issue, type Issue } from './codes.ts';

/** A pod's annotations under our prefix, sorted into the settings that they are. */
export interface Declared {
  readonly settings: ReadonlyMap<SettingName, string>;
  /** Setting → the `<name>` behind its dot → value; both sorted. */
  readonly named: ReadonlyMap<NamedSetting, ReadonlyMap<string, string>>;
  /** Names (without prefix) that are no settings of this version. */
  readonly others: readonly string[];
}

const isSetting = (name: string): name is SettingName => (settingNames as readonly string[]).includes(name);
const isNamed = (word: string): word is NamedSetting => (namedSettings as readonly string[]).includes(word);

const splitName = (name: string): readonly [string, string | undefined] => {
  const dot = name.indexOf('.');
  return dot < 0 ? [name, undefined] : [name.slice(0, dot), name.slice(dot + 1)];
};

/** Picks out the annotations under `keyferry.dev/`, in the order of their names. */
export const declaredAnnotations = (annotations: Readonly<Record<string, string>>): Declared => {
  const settings = new Map<SettingName, string>();
  const named = new Map<NamedSetting, Map<string, string>>(namedSettings.map((word) => [word, new Map()]));
  const others: string[] = [];
  for (const key of Object.keys(annotations).sort()) {
    if (!key.startsWith(annotationPrefix)) continue;
    const name = key.slice(annotationPrefix.length);
    const value = annotations[key] ?? '';
    const [word, rest] = splitName(name);
    if (isSetting(name)) settings.set(name, value);
    else if (isNamed(word) && rest !== undefined) named.get(word)?.set(rest, value);
    else others.push(name);
  }
  return { settings, named, others };
};

export const namedValues = (declared: Declared, word: NamedSetting): ReadonlyMap<string, string> =>
  declared.named.get(word) ?? new Map<string, string>();

/** Whether any annotation of ours is there at all. */
export const declaresAnything = (declared: Declared): boolean =>
  declared.settings.size > 0 ||
  declared.others.length > 0 ||
  namedSettings.some((word) => namedValues(declared, word).size > 0);

const isUnsupported = (name: string): boolean => (unsupportedSettings as readonly string[]).includes(name);

/** The setting that a name was probably meant to be; what stands behind its dot is kept. */
const suggestion = (name: string): string => {
  const [word, rest] = splitName(name);
  if (rest === undefined) {
    if (isNamed(name)) return `; a name belongs behind it: ${annotation(`${name}.<name>`)}`;
    return didYouMean(name, [...settingNames, ...unsupportedSettings], annotation);
  }
  const meant = nearest(word, namedSettings);
  return meant === undefined
    ? didYouMean(name, settingNames, annotation)
    : `; did you mean ${annotation(`${meant}.${rest}`)}?`;
};

/** What is said of names under our prefix that this version does nothing with. */
export const unknownNameIssues = (declared: Declared): readonly Issue[] =>
  declared.others.map((name, index) =>
    isUnsupported(name)
      ? issue('unsupported_annotation', annotation(name), 'is not supported yet by this version of Keyferry')
      : issue(
          'unknown_annotation',
          annotation(name),
          `is not an annotation of Keyferry${index < mostSuggestions ? suggestion(name) : ''}`,
        ),
  );
