import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Fault } from '../emulators/vault/faults/fault.ts';
import { leaksOf, makeCanary } from '../support/canary.ts';
import { paymentsPod, paymentsSetup, SmallCluster } from '../support/small-cluster.ts';

const pod = 'payments/payments-api';
const sidecar = 'keyferry-refresh';

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0);
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

/** What the kernel shows of a process to everybody of its user. */
const processTexts = (pid: number): Record<string, string> => ({
  arguments: readFileSync(`/proc/${pid}/cmdline`, 'utf8'),
  environment: readFileSync(`/proc/${pid}/environ`, 'utf8'),
});

test('a leak would be found in each of its forms', () => {
  const canary = makeCanary();
  const encoded = {
    raw: `x${canary}y`,
    base64:
      Buffer.from(`{"password":"${canary}"}`).toString('base64') + Buffer.from(canary).toString('base64'),
    url: `?p=${encodeURIComponent(canary)}`,
    json: JSON.stringify({ canary }),
  };
  expect(leaksOf([canary], encoded)).toEqual(['raw', 'base64', 'url', 'json']);
  expect(leaksOf([canary], { other: makeCanary() })).toEqual([]);
});

test('values reach files and nothing else, also when everything goes wrong', async () => {
  const [username, password, rotated] = [makeCanary(), makeCanary(), makeCanary()];
  const port = await freePort();
  await using cluster = await SmallCluster.start({
    setup: {
      ...paymentsSetup,
      secrets: { 'kv/payments/db': { username, password, [`field of ${username.slice(-24)}`]: 'x' } },
    },
  });
  const manifest = paymentsPod({
    annotations: [
      "keyferry.dev/secret.not-base64: 'payments/db?decode=base64&optional=true#password'",
      "keyferry.dev/secret.no-such-field: 'payments/db?optional=true#missing'",
      "keyferry.dev/extract.all: 'payments/db?optional=true'",
    ],
  });
  const patched = cluster.inject(manifest.replace("agent-port: '0'", `agent-port: '${port}'`));
  await cluster.podbox.run(patched);
  await cluster.podbox.until(pod, (view) => view.container('app').state.running !== undefined);
  const file = join(cluster.podbox.root(pod, 'app'), 'secrets', 'password');
  expect(readFileSync(file, 'utf8')).toBe(password);

  const faults: readonly Fault[] = [
    { kind: 'status', status: 403, errors: [password] },
    { kind: 'status', status: 500, errors: [password] },
    { kind: 'status', status: 400, errors: [password] },
    { kind: 'error-body', errors: [password] },
    { kind: 'truncated-json' },
    { kind: 'reset-mid-body' },
    { kind: 'html' },
    { kind: 'redirect', location: `https://127.0.0.1:1/?${encodeURIComponent(password)}` },
  ];
  const statuses: string[] = [];
  for (const [index, fault] of faults.entries()) {
    const active = cluster.vault.faults.add(fault);
    const before = cluster.podbox.view(pod).log(sidecar).length;
    await cluster.podbox.annotate(pod, { 'keyferry.dev/force-sync': `fault ${index}` });
    await cluster.podbox.until(pod, (view) => view.log(sidecar).slice(before).includes('"code"'));
    statuses.push(await (await fetch(`http://127.0.0.1:${port}/status`)).text());
    active.clear();
    cluster.vault.faults.clear();
    expect(readFileSync(file, 'utf8')).toBe(password);
  }
  await cluster.vault.rotate('kv/payments/db', { password: rotated });
  await cluster.podbox.annotate(pod, { 'keyferry.dev/force-sync': 'rotated' });
  const published = (log: string): number => log.split('"published').length;
  await cluster.podbox.until(pod, (view) => published(view.log(sidecar)) > 2);
  expect(readFileSync(file, 'utf8')).toBe(rotated);

  const view = cluster.podbox.view(pod);
  const running = processTexts(cluster.podbox.pid(pod, sidecar) ?? 0);
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  statuses.push(await (await fetch(`http://127.0.0.1:${port}/status`)).text());
  await cluster.podbox.delete(pod);
  const texts = {
    'the patched pod': JSON.stringify(patched),
    'the agent’s log': view.log(sidecar),
    'the pod’s events and status': JSON.stringify([cluster.podbox.events(pod), cluster.podbox.status(pod)]),
    '/status': statuses.join('\n'),
    '/metrics': metrics,
    ...running,
  };
  // What is looked at has to be there, or nothing could be found in it.
  for (const text of Object.values(texts)) expect(text.length).toBeGreaterThan(50);
  expect(texts['/status']).toContain('denied');
  expect(texts['/metrics']).toContain('keyferry_stale_refs');
  expect(leaksOf([username, password, rotated], texts)).toEqual([]);
});
