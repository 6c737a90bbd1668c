/** Where a request goes, as its path says. https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris */
export interface Target {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** The segments of a path, decoded; undefined where one is empty or cannot be decoded. */
const segmentsOf = (path: string): string[] | undefined => {
  try {
    const segments = path.split('/').slice(1).map(decodeURIComponent);
    return segments.includes('') ? undefined : segments;
  } catch {
    return undefined;
  }
};

interface Place {
  readonly group: string;
  readonly version: string;
  readonly rest: readonly string[];
}

const placeOf = ([root, ...segments]: readonly string[]): Place | undefined => {
  const [first = '', second = ''] = segments;
  if (root === 'api') return { group: '', version: first, rest: segments.slice(1) };
  return root === 'apis' ? { group: first, version: second, rest: segments.slice(2) } : undefined;
};

const given = <K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> =>
  value === undefined ? {} : ({ [key]: value } as Record<K, string>);

/** Reads a path; undefined where it is no resource's. */
export const parsePath = (path: string): Target | undefined => {
  const place = placeOf(segmentsOf(path) ?? []);
  if (place === undefined) return undefined;
  const { group, version, rest } = place;
  // `/namespaces/x` is a namespace, `/namespaces/x/pods` what is in it.
  const inNamespace = rest[0] === 'namespaces' && rest.length > 2;
  const [plural, name, subresource, ...more] = inNamespace ? rest.slice(2) : rest;
  if (plural === undefined || more.length > 0) return undefined;
  return {
    group,
    version,
    plural,
    ...given('namespace', inNamespace ? rest[1] : undefined),
    ...given('name', name),
    ...given('subresource', subresource),
  };
};
