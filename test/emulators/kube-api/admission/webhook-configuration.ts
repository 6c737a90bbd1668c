import { isRecord, recordsOf, textsOf, type KubeObject } from '../objects/types.ts';
import { certificatesIn } from './ca-bundle.ts';
import { unknownExpressions } from './match-conditions.ts';

const clientProblems = (client: unknown): string[] => {
  if (!isRecord(client)) return ['clientConfig: Required value'];
  const { url, service, caBundle = '' } = client;
  const ways = [url, service].filter((way) => way !== undefined);
  return [
    ...(ways.length === 1 ? [] : ['clientConfig: Required value: exactly one of url or service is required']),
    ...(caBundle === '' || certificatesIn(caBundle).length > 0
      ? []
      : [
          'clientConfig.caBundle: Invalid value: unable to load root certificates: unable to parse bytes as PEM block',
        ]),
  ];
};

const problemsOf = (webhook: Record<string, unknown>): string[] => [
  ...clientProblems(webhook['clientConfig']),
  ...(textsOf(webhook['admissionReviewVersions']).includes('v1')
    ? []
    : ['admissionReviewVersions: Invalid value: must include v1']),
  ...(['None', 'NoneOnDryRun'].includes(String(webhook['sideEffects']))
    ? []
    : ['sideEffects: Unsupported value: must be None or NoneOnDryRun']),
  ...unknownExpressions(webhook).map(
    (expression) =>
      `matchConditions: the stand-in evaluates Keyferry's own expression alone, not: ${expression}`,
  ),
];

/** What is wrong with a configuration of webhooks, for the API server or for the stand-in. */
export const configurationProblems = (configuration: KubeObject): string[] =>
  recordsOf(configuration['webhooks']).flatMap((webhook, index) =>
    problemsOf(webhook).map((problem) => `webhooks[${index}].${problem}`),
  );
