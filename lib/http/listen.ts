import type { FastifyInstance } from 'fastify';
import { errorCode } from '../error-message.ts';

/** Connections that the kernel keeps until they are taken: when a replica ends, all of its callers come to the others at once. Node's default is 511. */
const backlog = 4096;

/** Listens on every address; where the machine has no IPv6, on every IPv4 address. Returns the URL. */
export const listen = async (
  app: { readonly listen: FastifyInstance['listen'] },
  port: number,
): Promise<string> => {
  try {
    return await app.listen({ port, host: '::', backlog });
  } catch (error) {
    if (errorCode(error) !== 'EAFNOSUPPORT') throw error;
    return app.listen({ port, host: '0.0.0.0', backlog });
  }
};
