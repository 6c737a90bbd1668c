import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import type { Manifest } from '../emulators/kube-api/kube-api.ts';

const base = join(import.meta.dirname, '..', '..', 'deploy', 'base');

const { resources } = parse(readFileSync(join(base, 'kustomization.yaml'), 'utf8')) as {
  readonly resources: readonly string[];
};

/** What `deploy/base` installs, in its order: the objects of these kinds, or all. */
export const manifestsOf = (...kinds: readonly string[]): readonly Manifest[] =>
  resources
    .flatMap((file) => parseAllDocuments(readFileSync(join(base, file), 'utf8')))
    .map((document) => document.toJS() as Manifest)
    .filter(({ kind }) => kinds.length === 0 || kinds.includes(kind));
