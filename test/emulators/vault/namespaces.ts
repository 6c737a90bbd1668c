import { randomBytes } from 'node:crypto';
import { MountTable } from './mounts.ts';
import { defaultPolicy } from './policies/policy.ts';
import type { Policy } from './policies/policy.ts';

/** A Vault namespace: its own mounts, auth methods, policies and tokens. */
export class Namespace {
  /** Empty for the root, else ending in a slash. */
  readonly path: string;
  /** What tokens and leases of the namespace end with. */
  readonly id: string;
  readonly mounts = new MountTable();
  readonly policies = new Map<string, Policy>([[defaultPolicy.name, defaultPolicy]]);

  constructor(path: string) {
    this.path = path;
    this.id = path === '' ? 'root' : randomBytes(4).toString('base64url').slice(0, 5);
  }

  /** `.id` at the end of tokens and lease ids, nothing for the root namespace. */
  get suffix(): string {
    return this.path === '' ? '' : `.${this.id}`;
  }
}

/** All namespaces by path. */
export class NamespaceTree {
  readonly root = new Namespace('');
  readonly #byPath = new Map([['', this.root]]);

  get(path: string): Namespace | undefined {
    return this.#byPath.get(path);
  }

  add(path: string): Namespace {
    const namespace = new Namespace(path);
    this.#byPath.set(path, namespace);
    return namespace;
  }

  list(): Namespace[] {
    return [...this.#byPath.values()];
  }

  withId(id: string): Namespace | undefined {
    return this.list().find((namespace) => namespace.id === id);
  }

  /**
   * The namespace of a request and the path in it: the header goes in front of the path, and the longest namespace that
   * this starts with is meant. A header that names no namespace is left as a path, under which nothing is mounted.
   */
  resolve(header: string, path: string): { readonly namespace: Namespace; readonly path: string } {
    const trimmed = header.replace(/^\/+|\/+$/g, '');
    const full = trimmed === '' || trimmed === 'root' ? path : `${trimmed}/${path}`;
    const candidates = this.list().filter((namespace) => full.startsWith(namespace.path));
    const namespace = candidates.sort((a, b) => b.path.length - a.path.length)[0] ?? this.root;
    return { namespace, path: full.slice(namespace.path.length) };
  }
}
