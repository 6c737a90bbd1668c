import type { Kubectl, ObjectName } from './kubectl.ts';

const listening = /Forwarding from 127\.0\.0\.1:(\d+)/;

/** How long a tunnel may take to open; seconds. */
const patience = 20;

/** Opens a tunnel to a port of a pod (or of a Deployment's first pod) for as long as `use` takes. */
export const withForwardedPort = async <T>(
  kubectl: Kubectl,
  target: ObjectName & { readonly port: number },
  use: (localPort: number) => Promise<T>,
): Promise<T> => {
  const { name, namespace = 'default', port } = target;
  const opening = AbortSignal.timeout(patience * 1000);
  const done = new AbortController();
  const words = ['port-forward', '--namespace', namespace, '--address', '127.0.0.1', name, `:${port}`];
  const lines = kubectl.lines(words, done.signal);
  const giveUp = (): void => {
    done.abort();
  };
  opening.addEventListener('abort', giveUp);
  try {
    for await (const line of lines) {
      const [, local] = listening.exec(line) ?? [];
      if (local === undefined) continue;
      opening.removeEventListener('abort', giveUp);
      return await use(Number(local));
    }
    throw new Error(`no tunnel to port ${port} of ${name} within ${patience} s`);
  } finally {
    done.abort();
  }
};
