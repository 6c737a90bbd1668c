import { afterEach, beforeEach, expect } from '@jest/globals';
import { ServiceAccountIssuer } from '../../../emulators/issuer/issuer.ts';
import { startKubeApi, type KubeApi, type Manifest } from '../../../emulators/kube-api/kube-api.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { namespace, pod } from './support.ts';

export const reviews = '/apis/authentication.k8s.io/v1/tokenreviews';
export const apiAudience = 'https://kubernetes.default.svc';
export const brokerAccount = 'system:serviceaccount:keyferry-system:keyferry-broker';
export const account: Manifest = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'api', namespace: 'shop' },
};

/** A server with an issuer for each test of a file, and the ServiceAccount `api` in it. */
export class TokenServer {
  api!: KubeApi;
  issuer!: ServiceAccountIssuer;
  clock!: ManualClock;

  constructor() {
    beforeEach(async () => {
      this.clock = new ManualClock();
      this.issuer = await ServiceAccountIssuer.create({ keyType: 'ec', clock: this.clock });
      this.api = await startKubeApi({ issuer: this.issuer, clock: this.clock });
      this.api.apply(namespace('shop'), account);
    });
    afterEach(async () => {
      await this.api.close();
    });
  }

  /** The status of a review. */
  async review(token: string, audiences?: readonly string[]): Promise<unknown> {
    const { status, body } = await this.api.request({
      method: 'POST',
      path: reviews,
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token, audiences } },
    });
    expect(status).toBe(201);
    return (body as { status: unknown }).status;
  }

  /** A pod that runs as `api`. */
  runPod(spec: object = {}): { readonly name: string; readonly uid: string } {
    const manifest = pod('api-0');
    const [made] = this.api.apply({
      ...manifest,
      spec: { ...(manifest['spec'] as object), serviceAccountName: 'api', ...spec },
    });
    return { name: 'api-0', uid: made?.metadata.uid ?? '' };
  }
}
