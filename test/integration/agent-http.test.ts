import { createServer } from 'node:net';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { removeFolders } from '../support/agent/folders.ts';
import { fileAt, planOf, sourceOf } from '../support/agent/plans.ts';
import { AgentProcess, killAgents, makePodWithStore } from '../support/agent/process.ts';
import { until } from '../support/until.ts';

afterEach(() => {
  killAgents();
  removeFolders();
});

const canary = 'hunter2-canary';

/** A port that is free now, held until `release`. */
const takePort = async (): Promise<{ port: number; release: () => Promise<void> }> => {
  const server = createServer();
  server.listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    release: async () => {
      server.close();
      await once(server, 'close');
    },
  };
};

const planAt = (port: number) =>
  planOf({
    port,
    sources: [sourceOf('db', { intervalSeconds: 1 }), sourceOf('none')],
    files: [fileAt('db'), fileAt('none', { source: 1, optional: true })],
  });

const get = async (url: string, method = 'GET'): Promise<{ status: number; body: string }> => {
  const response = await fetch(url, { method });
  return { status: response.status, body: await response.text() };
};

describe('the agent’s HTTP endpoints', () => {
  test('answer before and after the first generation, and when the store fails later', async () => {
    const { port, release } = await takePort();
    await release();
    const { root, write } = makePodWithStore();
    const agent = new AgentProcess('run', { root, plan: planAt(port) });
    await agent.logged('nothing stands at the path');
    const base = `http://127.0.0.1:${port}`;
    let status = 0;
    await until(() => {
      void get(`${base}/readyz`).then(
        (answer) => (status = answer.status),
        () => undefined,
      );
      return status !== 0;
    });
    expect(status).toBe(503);
    expect((await get(`${base}/livez`)).status).toBe(200);

    write({ db: canary });
    await agent.logged('ready');
    expect((await get(`${base}/readyz`)).status).toBe(200);
    expect(await get(`${base}/readyz`, 'HEAD')).toEqual({ status: 200, body: '' });
    expect((await get(`${base}/livez`, 'DELETE')).status).toBe(405);

    write({});
    await until(() => agent.output.includes('"keys":["db"],"code":"not_found"'), 'the failed read');
    const shown = await get(`${base}/status`);
    expect(JSON.parse(shown.body)).toMatchObject({
      ready: true,
      generation: 1,
      lifecycle: 'native',
      plan: expect.stringMatching(/^[0-9a-f]{16}$/),
      refs: [
        { file: 'db', store: 'SecretStore/files', key: 'db', stale: true, error: { code: 'not_found' } },
        { file: 'none', stale: false, error: { code: 'not_found' } },
      ],
    });
    expect((await get(`${base}/readyz`)).status).toBe(200);
    const metrics = await get(`${base}/metrics`);
    expect(metrics.body).toContain('keyferry_generation 1');
    expect(metrics.body).toContain('keyferry_stale_refs 1');
    expect(metrics.body).toMatch(
      /keyferry_provider_requests_total\{provider="file",operation="read",outcome="unavailable"\} [1-9]/,
    );
    for (const text of [shown.body, metrics.body, agent.output]) expect(text).not.toContain(canary);
    expect(metrics.body).not.toMatch(/\bdb\b/);
    expect(await agent.kill()).toBe(0);
  });

  const address = Object.values(networkInterfaces())
    .flat()
    .find((entry) => entry !== undefined && !entry.internal && entry.family === 'IPv4')?.address;
  const elsewhere = address === undefined ? test.skip : test;

  elsewhere(
    `show the status within the pod only${address === undefined ? ' (no address but loopback here)' : ''}`,
    async () => {
      const { port, release } = await takePort();
      await release();
      const { root } = makePodWithStore({ db: canary });
      const agent = new AgentProcess('run', { root, plan: planAt(port) });
      await agent.logged('ready');
      const base = `http://${address ?? ''}:${port}`;
      expect((await get(`${base}/livez`)).status).toBe(200);
      expect((await get(`${base}/status`)).status).toBe(403);
      const forged = await fetch(`${base}/status`, {
        headers: { 'x-forwarded-for': '127.0.0.1', host: 'localhost' },
      });
      expect(forged.status).toBe(403);
      expect(await agent.kill()).toBe(0);
    },
  );

  test('are done without where the port is taken', async () => {
    const { port, release } = await takePort();
    const { root } = makePodWithStore({ db: canary });
    const agent = new AgentProcess('run', { root, plan: planAt(port) });
    await agent.logged('ready');
    await agent.logged('the port cannot be served');
    expect(agent.ended).toBeUndefined();
    expect(await agent.kill()).toBe(0);
    await release();
  });
});
