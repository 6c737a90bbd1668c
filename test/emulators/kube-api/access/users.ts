import { randomBytes } from 'node:crypto';

/** Who makes a request. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
  /** Of a ServiceAccount, as its token says. */
  readonly uid?: string;
  /** What else a token tells: the pod that it is bound to, say. */
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

const serviceAccount = /^system:serviceaccount:([^:]+):([^:]+)$/;

const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** A user with the groups that the API server adds by itself. */
export const userNamed = (name: string, groups: readonly string[] = []): User => {
  const [, namespace] = serviceAccount.exec(name) ?? [];
  const ofAccounts =
    namespace === undefined ? [] : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  return { name, groups: [...ofAccounts, 'system:authenticated', ...groups] };
};

/** Answers who a bearer token belongs to, for tokens that are not in the table. */
export type TokenReviewer = (token: string) => Promise<User | undefined>;

/** The users of a server, by their bearer tokens. */
export class Users {
  readonly #byToken = new Map<string, User>();
  readonly #review: TokenReviewer;

  constructor(review: TokenReviewer = () => Promise.resolve(undefined)) {
    this.#review = review;
  }

  add(token: string, user: User): void {
    this.#byToken.set(token, user);
  }

  /** The token of a user, who gets one when there is none yet. */
  tokenOf(name: string): string {
    const found = [...this.#byToken].find(([, user]) => user.name === name);
    if (found !== undefined) return found[0];
    const token = randomBytes(24).toString('base64url');
    this.add(token, userNamed(name));
    return token;
  }

  /** Who sends this `Authorization` header; undefined for a token that nobody has. */
  async authenticate(header: string | undefined): Promise<User | undefined> {
    if (header === undefined) return anonymous;
    const [, token] = /^Bearer (.+)$/i.exec(header) ?? [];
    if (token === undefined) return undefined;
    return this.#byToken.get(token) ?? (await this.#review(token));
  }
}
