import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import type { Manifest } from '../emulators/kube-api/kube-api.ts';

const deploy = join(import.meta.dirname, '..', '..', 'deploy');

const { resources } = parse(readFileSync(join(deploy, 'base/kustomization.yaml'), 'utf8')) as {
  readonly resources: readonly string[];
};

/** The objects of a file of manifests. */
export const readManifests = (file: string): readonly Manifest[] =>
  parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS() as Manifest);

/** The objects of some files below `deploy`. */
export const manifestsIn = (...files: readonly string[]): readonly Manifest[] =>
  files.flatMap((file) => readManifests(join(deploy, file)));

/** What `deploy/base` installs, in its order: the objects of these kinds, or all. */
export const manifestsOf = (...kinds: readonly string[]): readonly Manifest[] =>
  manifestsIn(...resources.map((file) => join('base', file))).filter(
    ({ kind }) => kinds.length === 0 || kinds.includes(kind),
  );
