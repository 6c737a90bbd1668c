import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';

/**
 * What the webhook is measured against: the least that a webhook on Fastify can be. It parses the same review, over TLS with the same
 * certificate, and allows it. Usage: <certificate file> <key file>
 */

const [certificateFile = '', keyFile = ''] = process.argv.slice(2);
const app = fastify({
  https: { cert: readFileSync(certificateFile), key: readFileSync(keyFile) },
  bodyLimit: 8 * 2 ** 20,
  forceCloseConnections: true,
});

app.post('/mutate', (request, reply) => {
  const { apiVersion, kind, request: asked } = request.body as Record<string, { uid: string }>;
  void reply.send({ apiVersion, kind, response: { uid: asked?.uid, allowed: true } });
});

await app.listen({ port: 0, host: '::' });
process.once('SIGTERM', () => void app.close());
process.stdout.write(`listening on :${(app.server.address() as AddressInfo).port}\n`);
