import { annotation } from '../../lib/annotation-names.ts';
import { maximumPlanBytes, type Plan, type PlanFile, type PlanStore } from '../../lib/plan.ts';
import { sentenceList } from '../../lib/text.ts';
import { issue, type Issue } from './codes.ts';
import type { Resolved } from './resolve.ts';

/** A part of a plan that one field or annotation makes, and how large it is there. */
interface Part {
  readonly what: string;
  readonly bytes: number;
}

const bytesOf = (value: unknown): number =>
  value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));

const storeParts = ({ kind, name, provider }: PlanStore): readonly Part[] => {
  const of = `of ${kind} ${name}`;
  if (provider.type === 'file' || provider.type === 'broker') return [];
  const tags =
    provider.type === 'aws' ? provider.auth.roles.flatMap(({ sessionTags }) => sessionTags ?? []) : [];
  return [
    { what: `the caBundle ${of}`, bytes: bytesOf(provider.caBundle) },
    { what: `the session tags ${of}`, bytes: bytesOf(tags) },
  ];
};

const fileParts = (file: PlanFile, places: ReadonlyMap<string, string>): readonly Part[] => {
  const place = places.get(file.path) ?? file.path;
  if (file.kind === 'template') return [{ what: place, bytes: bytesOf(file.template) }];
  if (file.kind !== 'external-secret') return [];
  return [
    { what: `spec.target.template of ${place}`, bytes: bytesOf(file.templates) },
    { what: `spec.data and spec.dataFrom of ${place}`, bytes: bytesOf([file.entries, file.sets]) },
  ];
};

/** A part is worth naming from a tenth of what is allowed. */
const worthNaming = maximumPlanBytes / 10;
const mostNamed = 3;

const brokerParts = ({ broker }: Plan): readonly Part[] =>
  broker === undefined ? [] : [{ what: "the broker's certificates", bytes: bytesOf(broker.trust) }];

const largestParts = (plan: Plan, { templates, externalSecrets }: Resolved): readonly Part[] => {
  const { stores, files } = plan;
  const places = new Map([
    ...templates.map(({ request }) => [request.path, request.place] as const),
    ...externalSecrets.map(({ externalSecret, place }) => [externalSecret.target, place] as const),
  ]);
  const parts = [
    ...stores.flatMap(storeParts),
    ...files.flatMap((file) => fileParts(file, places)),
    ...brokerParts(plan),
  ];
  return parts
    .filter(({ bytes }) => bytes >= worthNaming)
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, mostNamed);
};

/** Refuses a plan that would not fit into the variable that it travels in, and says what of it is large. */
export const planSizeIssues = (
  { plan, encoded }: { readonly plan: Plan; readonly encoded: string },
  resolved: Resolved,
): readonly Issue[] => {
  const bytes = Buffer.byteLength(encoded);
  if (bytes <= maximumPlanBytes) return [];
  const size = `the pod's plan takes ${bytes} bytes, ${maximumPlanBytes} are allowed`;
  const parts = largestParts(plan, resolved).map((part) => `${part.what} (${part.bytes} bytes)`);
  const way =
    parts.length === 0
      ? `name fewer secrets, or use ${annotation('extract.<dir>')}`
      : `the largest ${parts.length === 1 ? 'part is' : 'parts are'} ${sentenceList(parts)}`;
  return [issue('plan_too_large', annotation('inject'), `${size}; ${way}`)];
};
