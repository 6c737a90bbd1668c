import { get } from 'node:http';
import { named, type Kubectl } from './cluster/kubectl.ts';
import { withForwardedPort } from './cluster/port-forward.ts';

/** What the agent's `/status` says of one file. */
export interface RefStatus {
  readonly file: string;
  readonly stale: boolean;
  readonly error: { readonly code: string } | null;
}

interface AgentStatus {
  readonly refs: readonly RefStatus[];
}

export interface PodPlace {
  readonly name: string;
  readonly namespace: string;
}

const agentPort = 8480;
const patience = 10_000;

const fetchText = (url: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const request = get(url, { timeout: patience, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`${url}: ${response.statusCode ?? 0}`));
      });
    });
    request.on('timeout', () => request.destroy(new Error(`${url}: no answer`)));
    request.on('error', reject);
  });

/**
 * A page of the agent's. Metrics come the way in which Prometheus has them; the status is shown within the pod only, where a
 * forwarded port arrives.
 */
export const agentPage = (
  kubectl: Kubectl,
  { name, namespace }: PodPlace,
  page: 'metrics' | 'status',
): Promise<string> =>
  page === 'metrics'
    ? kubectl.raw(`/api/v1/namespaces/${namespace}/pods/${name}:${agentPort}/proxy/metrics`)
    : withForwardedPort(kubectl, { ...named(`pod/${name}`, namespace), port: agentPort }, (port) =>
        fetchText(`http://127.0.0.1:${port}/status`),
      );

/** What the agent says of each file. */
export const agentStatus = async (kubectl: Kubectl, pod: PodPlace): Promise<readonly RefStatus[]> =>
  (JSON.parse(await agentPage(kubectl, pod, 'status')) as AgentStatus).refs;

/** The value of one of the agent's metrics that has no labels. */
export const agentMetric = async (
  kubectl: Kubectl,
  pod: PodPlace,
  metric: string,
): Promise<number | undefined> => {
  const page = await agentPage(kubectl, pod, 'metrics');
  const line = page.split('\n').find((candidate) => candidate.startsWith(`${metric} `));
  return line === undefined ? undefined : Number(line.slice(metric.length));
};
