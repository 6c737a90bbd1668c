import { annotation } from '../../../lib/annotation-names.ts';
import { parseManifests } from '../../../lib/kube/manifests.ts';
import type { Plan, PlanFile } from '../../../lib/plan.ts';
import { defaultSettings, type BrokerSettings } from '../../../webhook/core/settings.ts';
import { decideOn } from '../golden-admission.ts';
import { reviewOf } from '../golden-case.ts';
import { isExternalSecret, metadataOf, type Json } from './cases.ts';

/** The rest of a review, as the API server fills it in. */
const request = {
  uid: '8a5b3c1e-0000-4000-8000-000000000001',
  operation: 'CREATE',
  kind: { group: '', version: 'v1', kind: 'Pod' },
  resource: { group: '', version: 'v1', resource: 'pods' },
};

/** What the webhook plans for a pod that names every ExternalSecret of these manifests, in an install that reads ESO's objects. */
export const planFor = (documents: readonly Json[], namespace: string, broker?: BrokerSettings): Plan => {
  const { objects, problems } = parseManifests(documents.map((value) => ({ source: 'case', value })));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const names = documents.filter(isExternalSecret).map((document) => metadataOf(document).name);
  const pod = {
    metadata: {
      name: 'app',
      namespace,
      annotations: { [annotation('inject')]: 'true', [annotation('external-secrets')]: names.join(',') },
    },
    spec: { serviceAccountName: 'app', containers: [{ name: 'app' }] },
  };
  const settings = {
    ...defaultSettings,
    externalSecretsOperatorRead: true,
    fileRoot: '/',
    ...(broker && { broker }),
  };
  const review = reviewOf(pod, namespace, request);
  const outcome = decideOn(review, { objects, settings });
  if (outcome.kind !== 'inject') throw new Error(`not injected: ${JSON.stringify(outcome)}`);
  return outcome.plan;
};

/** The files of that plan, in an install without a broker. */
export const plannedFiles = (documents: readonly Json[], namespace: string): readonly PlanFile[] =>
  planFor(documents, namespace).files;

/** The files that a plan names; a folder with a star where only the store knows which. */
export const namesOf = (files: readonly PlanFile[]): readonly string[] =>
  files
    .flatMap((file) => {
      if (file.kind !== 'external-secret') throw new Error(`${file.path} is of no ExternalSecret`);
      if (file.sets.length > 0) return [`${file.path}/*`];
      const keys = file.keepsKeys ? file.entries.map(({ secretKey }) => secretKey) : [];
      const templates = (file.templates ?? []).map(({ key }) => key);
      return [...new Set([...keys, ...templates])].map((name) => `${file.path}/${name}`);
    })
    .sort();
