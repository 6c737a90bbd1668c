import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/**
 * Breaks the code in places where it matters, one at a time and in a copy of the tree, and demands that the tests named beside each
 * fail. A mutant that survives is a hole in the tests; one whose text is no longer there is out of date. Both fail the run.
 * Arguments choose mutants by parts of their names.
 */
const mutants = [
  {
    name: 'pointer: escapes / before ~',
    file: 'lib/json-patch.ts',
    from: ".replaceAll('~', '~0').replaceAll('/', '~1')",
    to: ".replaceAll('/', '~1').replaceAll('~', '~0')",
    tests: ['test/unit/lib/json-patch'],
  },
  {
    name: 'patch: appends to lists that are not there',
    file: 'lib/json-patch.ts',
    from: "return was === undefined ? [{ op: 'add', path: place, value: is }]",
    to: "return was === undefined ? [is].flat().map((value) => ({ op: 'add', path: Array.isArray(is) ? `${place}/-` : place, value }))",
    tests: ['test/golden/inject'],
  },
  {
    name: 'patch: loses count of what it moved',
    file: 'lib/json-patch.ts',
    from: 'order.splice(index, 0, ...order.splice(from, 1));',
    to: 'order.splice(from, 1);',
    tests: ['test/property/json-patch'],
  },
  {
    name: 'plan: leaves dollar signs to the kubelet',
    file: 'lib/plan.ts',
    from: ".replaceAll('$', String.raw`\\u0024`)",
    to: '',
    tests: ['test/unit/lib/plan'],
  },
  {
    name: 'ref: decodes twice',
    file: 'lib/ref.ts',
    from: 'return decodeURIComponent(text);',
    to: 'return decodeURIComponent(decodeURIComponent(text));',
    tests: ['test/unit/lib/ref'],
  },
  {
    name: 'property: a path before the exact name',
    file: 'lib/property.ts',
    from: 'const found = exact === undefined ? propertyPath(property).reduce(child, document.value) : exact;',
    to: 'const found = propertyPath(property).reduce(child, document.value) ?? exact;',
    tests: ['test/unit/lib/property'],
  },
  {
    name: 'path: lets ..data through',
    file: 'lib/file-path.ts',
    from: "if (segment.startsWith('..'))",
    to: "if (segment.startsWith('...x'))",
    tests: ['test/unit/lib/file-path'],
  },
  {
    name: 'conditions: all instead of any',
    file: 'lib/stores/conditions.ts',
    from: 'conditions.some(',
    to: 'conditions.every(',
    tests: ['test/unit/lib/stores/conditions'],
  },
  {
    name: 'fields: an unknown field is dropped',
    file: 'lib/stores/fields.ts',
    from: '.filter((name) => !this.#known.has(name));',
    to: ".filter((name) => name === '');",
    tests: ['test/unit/lib/stores/fields'],
  },
  {
    name: 'server: is compared as it was written',
    file: 'lib/stores/server.ts',
    from: 'return withoutTrailingSlashes(`${url.origin}${url.pathname}`);',
    to: 'return withoutTrailingSlashes(text);',
    tests: ['test/unit/lib/stores'],
  },
  {
    name: 'gate: opting out asks for injection',
    file: 'webhook/core/gate.ts',
    from: "return inject.value ? { kind: 'proceed', issues: [] } : { kind: 'skip', reason: 'opted_out' };",
    to: "return { kind: 'proceed', issues: [] };",
    tests: ['test/unit/webhook/gate'],
  },
  {
    name: 'gate: a missing inject is taken for a no',
    file: 'webhook/core/gate.ts',
    from: "return { kind: 'proceed', issues: [issue('inject_missing', place, message)] };",
    to: "return { kind: 'skip', reason: 'not_annotated' };",
    tests: ['test/unit/webhook/gate'],
  },
  {
    name: 'scope: subresources are pods',
    file: 'webhook/core/gate.ts',
    from: "return 'subresource';",
    to: 'return undefined;',
    tests: ['test/unit/webhook/gate'],
  },
  {
    name: 'codes: another one for an unknown store',
    file: 'webhook/core/store-resolver.ts',
    from: "issue('unknown_store', place",
    to: "issue('invalid_store', place",
    tests: ['test/golden'],
  },
  {
    name: 'issues: in the order in which they were found',
    file: 'webhook/core/codes.ts',
    from: '.sort(([a], [b]) => (a < b ? -1 : 1))',
    to: '',
    tests: ['test/golden/inject'],
  },
  {
    name: 'values: an interval of exactly the minimum is too short',
    file: 'webhook/core/values.ts',
    from: 'milliseconds < minimumIntervalMs',
    to: 'milliseconds <= minimumIntervalMs',
    tests: ['test/unit/webhook/values'],
  },
  {
    name: 'owner: one that agrees is enough',
    file: 'webhook/core/owner.ts',
    from: 'return values.every((value) => value === first)',
    to: 'return values.some((value) => value === first)',
    tests: ['test/unit/webhook/owner'],
  },
  {
    name: 'owner: root like anyone',
    file: 'webhook/core/owner.ts',
    from: 'const user = commonUser === 0 ? undefined : commonUser;',
    to: 'const user = commonUser;',
    tests: ['test/unit/webhook/owner'],
  },
  {
    name: 'containers: who was added since gets the mount',
    file: 'webhook/core/containers.ts',
    from: 'injected ? mountsSecrets(container) : ',
    to: '',
    tests: ['test/golden/inject'],
  },
  {
    name: 'containers: meshes come behind us',
    file: 'webhook/core/containers.ts',
    from: 'forerunners.has(name) || name === after',
    to: 'name === after',
    tests: ['test/golden/inject'],
  },
  {
    name: 'containers: mesh containers get the mount',
    file: 'webhook/core/containers.ts',
    from: '!meshContainers.has(container.name)',
    to: "container.name !== ''",
    tests: ['test/golden/inject'],
  },
  {
    name: 'reserved: a second variable of our name passes',
    file: 'webhook/core/reserved.ts',
    from: 'same.length !== 1 || ',
    to: '',
    tests: ['test/golden/inject'],
  },
  {
    name: 'reserved: mounts over ours pass',
    file: 'webhook/core/reserved.ts',
    from: 'return covered || !deepEqual(mine, mountsOf(ours));',
    to: 'return !deepEqual(mine, mountsOf(ours));',
    tests: ['test/golden/inject'],
  },
  {
    name: 'reserved: an agent as root passes',
    file: 'webhook/core/reserved.ts',
    from: "'lifecycle', 'securityContext']",
    to: "'lifecycle']",
    tests: ['test/golden/inject'],
  },
  {
    name: "reserved: others may mount the agent's own",
    file: 'webhook/core/reserved.ts',
    from: 'if (ourVolumes.includes(mount.name))',
    to: "if (mount.name === '')",
    tests: ['test/golden/inject'],
  },
  {
    name: 'injected: the app may write',
    file: 'webhook/core/injected.ts',
    from: 'mountPath: details.mountPath, readOnly: true }',
    to: 'mountPath: details.mountPath }',
    tests: ['test/golden/inject'],
  },
  {
    name: 'injected: a port on the network of the node',
    file: 'webhook/core/injected.ts',
    from: '&& port > 0 && !hostNetwork',
    to: '&& port > 0',
    tests: ['test/golden/inject'],
  },
  {
    name: 'plan: the longest interval of a key',
    file: 'webhook/core/plan-sources.ts',
    from: ': Math.min(a, b);',
    to: ': Math.max(a, b);',
    tests: ['test/golden/inject'],
  },
  {
    name: 'servers: ClusterSecretStores are limited too',
    file: 'lib/stores/named-servers.ts',
    from: "store.kind === 'SecretStore' ? allowedServers : undefined",
    to: 'allowedServers',
    tests: ['test/golden/inject'],
  },
  {
    name: 'ServiceAccount: the name alone counts',
    file: 'lib/broker/route.ts',
    from: 'namespace === identity.namespace && name === identity.serviceAccount',
    to: 'name === identity.serviceAccount',
    tests: ['test/unit/lib/broker/route'],
  },
  {
    name: "catalogue: the cluster's store comes first",
    file: 'webhook/catalogue.ts',
    from: "findInBoth(cache, 'SecretStore', namespace, name) ??",
    to: "findInBoth(cache, 'ClusterSecretStore', namespace, name) ??",
    tests: ['test/unit/webhook/catalogue'],
  },
  {
    name: 'review: a refusal is a 403',
    file: 'webhook/core/review.ts',
    from: 'code: 422',
    to: 'code: 403',
    tests: ['test/golden/inject'],
  },
  {
    name: 'server: what breaks inside is told',
    file: 'webhook/server.ts',
    from: "status >= 500 ? 'internal error' : error.message",
    to: 'error.message',
    tests: ['test/unit/webhook/server'],
  },
  {
    name: 'log: the whole pod',
    file: 'webhook/answer.ts',
    from: 'pod: pod && displayName(pod) };',
    to: 'pod: pod && JSON.stringify(pod) };',
    tests: ['test/golden/inject', 'test/unit/webhook/answer'],
  },
  {
    name: 'kept answers: look-ups are not made again',
    file: 'webhook/known-answers.ts',
    from: 'if (entry.lookUps.some((lookUp) => !isSame(lookUp, this.#cache))) return undefined;',
    to: '',
    tests: ['test/unit/webhook/answer', 'test/unit/webhook/known-answers'],
  },
  {
    name: 'kept answers: two token volumes are one',
    file: 'webhook/known-answers.ts',
    from: 'names.size === 1 ? names : []',
    to: 'names.size > 0 ? names : []',
    tests: ['test/unit/webhook/token-volume', 'test/property/kept-answers'],
  },
  {
    name: 'kept answers: an answer with the name of the token volume',
    file: 'webhook/answer.ts',
    from: 'if (tokenVolume !== undefined && mentions(decided, tokenVolume)) return;',
    to: '',
    tests: ['test/unit/webhook/token-volume', 'test/unit/webhook/answer', 'test/property/kept-answers'],
  },
  {
    name: 'outline: a name that is there twice',
    file: 'webhook/core/outline.ts',
    from: 'if (this.found.has(path)) return false;',
    to: '',
    tests: ['test/unit/webhook/outline'],
  },
  {
    name: 'lease: its end is forgotten',
    file: 'agent/core/lease.ts',
    from: "{ at: lease.expiresAt, reason: 'ended' },",
    to: "{ at: lease.expiresAt * 2, reason: 'ended' },",
    tests: ['test/unit/agent/lease', 'test/property/agent-lease'],
  },
  {
    name: 'lease: its longest life is forgotten',
    file: 'agent/core/lease.ts',
    from: 'durationSeconds < issued.durationSeconds / 2;',
    to: 'durationSeconds < 0;',
    tests: ['test/unit/agent/lease', 'test/property/agent-lease'],
  },
  {
    name: 'lease: another login changes nothing',
    file: 'agent/core/lease.ts',
    from: "hasOtherLogin(facts) && { at, reason: 'login changed' },",
    to: '',
    tests: ['test/unit/agent/lease'],
  },
  {
    name: 'aws: a wrong clock stays wrong',
    file: 'providers/aws/calls.ts',
    from: 'return Math.abs(this.#signingClock.offset - before) < significantMilliseconds ? first : this.#once(call);',
    to: 'return first;',
    tests: ['test/integration/aws-credentials'],
  },
  {
    name: "aws: a proxy's answer is AWS's",
    file: 'providers/aws/request-handler.ts',
    from: 'if (stranger !== undefined) throw new ExchangeError(stranger);',
    to: '',
    tests: ['test/integration/aws-read', 'test/unit/providers/aws/request-handler'],
  },
  {
    name: 'login: every caller logs in',
    file: 'providers/shared-work.ts',
    from: 'this.#pending ??= work()',
    to: 'this.#pending = work()',
    tests: ['test/unit/providers/shared-work', 'test/unit/providers/aws/authority'],
  },
  {
    name: 'aws: batches are tried again and again',
    file: 'providers/aws/batch-habit.ts',
    from: 'this.#singleUntil = this.#clock.monotonic() + believedMilliseconds;',
    to: '',
    tests: ['test/unit/providers/aws/batch'],
  },
  {
    name: 'aws: an answer in parts loses secrets',
    file: 'providers/aws/read-targets.ts',
    from: 'told.get(target) === undefined',
    to: 'false',
    tests: ['test/unit/providers/aws/read'],
  },
  {
    name: "aws: another role's session is taken",
    file: 'providers/aws/session.ts',
    from: 'auth.roles, auth.sessionName',
    to: 'auth.sessionName',
    tests: ['test/unit/providers/aws/session'],
  },
  {
    name: 'aws: a batch may not be longer than one secret',
    file: 'providers/aws/requests.ts',
    from: 'maximumBytes: Math.max(1024 * 1024, targets.length * bytesOfOne),',
    to: '',
    tests: ['test/integration/aws-read'],
  },
  {
    name: 'aws: the token goes to any http server',
    file: 'providers/aws/pod-identity.ts',
    from: "url.protocol === 'http:' && !isAgent && !isLoopback(host)",
    to: 'false',
    tests: ['test/unit/providers/aws/pod-identity'],
  },
  {
    name: 'aws: the external id stays behind',
    file: 'providers/aws/assume-role.ts',
    from: 'externalId === undefined ? {} : { ExternalId: externalId }',
    to: '{}',
    tests: ['test/integration/aws-login'],
  },
  {
    name: 'aws: a trace id comes from the environment',
    file: 'providers/aws/sdk.ts',
    from: "['loggerMiddleware', 'recursionDetectionMiddleware']",
    to: "['loggerMiddleware']",
    tests: ['test/unit/providers/aws/read'],
  },
  {
    name: 'aws: the environment says who asks',
    file: 'providers/aws/sdk.ts',
    from: "  userAgentAppId: '',\n",
    to: '',
    tests: ['test/unit/providers/aws/read'],
  },
  {
    name: 'aws: a slow clock lengthens sessions',
    file: 'providers/aws/assume-role.ts',
    from: 'Math.min(Number(given?.Expiration) - now, usualLife)',
    to: 'Number(given?.Expiration) - now',
    tests: ['test/integration/aws-credentials'],
  },
  {
    name: 'acceptance: what belongs together is taken one by one',
    file: 'agent/core/acceptance.ts',
    from: 'if (together.failures.length === 0)',
    to: 'if (group.length === 0)',
    tests: ['test/unit/agent/acceptance', 'test/property/agent-templates'],
  },
  {
    name: 'acceptance: what fails is taken',
    file: 'agent/core/acceptance.ts',
    from: 'rendering?.ok === false && !isOptional(file)',
    to: 'rendering?.ok === false && file < 0',
    tests: ['test/unit/agent/acceptance'],
  },
  {
    name: 'gone: what is to be kept is removed',
    file: 'lib/external-secrets/rendering/values.ts',
    from: "removes: whenGone === 'remove'",
    to: "removes: whenGone !== 'remove'",
    tests: ['test/unit/agent/external-secret-values'],
  },
  {
    name: 'gone: files that cannot do without it are lost',
    file: 'agent/core/render.ts',
    from: "if (files.ok || file.whenGone === 'keep') return { files };",
    to: 'if (files.ok || file.whenGone !== undefined) return { files };',
    tests: ['test/unit/agent'],
  },
  {
    name: 'unstable: what was made does not depend on the data',
    file: 'agent/templates.ts',
    from: ".update(bytes ?? '');",
    to: ';',
    tests: ['test/unit/agent', 'test/integration/agent-templates'],
  },
  {
    name: 'unstable: is made anew each time',
    file: 'agent/templates.ts',
    from: 'const made = known === undefined ? make() : ok(known.reveal());',
    to: 'const made = make();',
    tests: ['test/unit/agent', 'test/property/agent-templates'],
  },
  {
    name: 'template: a missing key is empty',
    file: 'lib/template/exec/field.ts',
    from: 'return entry === undefined ? `map has no entry for key ${quote(name)}` : placed(entry, map.element);',
    to: "return placed(entry ?? { kind: 'string', value: '' }, map.element);",
    tests: ['test/golden/template'],
  },
  {
    name: 'template: the output has no end',
    file: 'lib/template/exec/run.ts',
    from: 'if (this.written.length + text.length > outputBytes)',
    to: 'if (this.written.length + text.length < 0)',
    tests: ['test/unit/template/bounds'],
  },
  {
    name: 'template: the steps have no end',
    file: 'lib/template/exec/run.ts',
    from: 'if (this.steps > steps)',
    to: 'if (this.steps < 0)',
    tests: ['test/unit/template/bounds'],
  },
  {
    name: "template: the language's own functions are free",
    file: 'lib/template/exec/run.ts',
    from: 'this.spend(reading);',
    to: '',
    tests: ['test/unit/template/bounds'],
  },
  {
    name: 'template: ranges over maps are free',
    file: 'lib/template/exec/executor.ts',
    from: 'this.run.pay(value.entries.size * keyCost, this);',
    to: '',
    tests: ['test/unit/template/bounds'],
  },
  {
    name: 'template refs: a second argument is passed over',
    file: 'webhook/core/template-refs.ts',
    from: "first?.kind === 'literal' && others.length === 0",
    to: "first?.kind === 'literal' && others.length >= 0",
    tests: ['test/unit/webhook/template-refs'],
  },
  {
    name: 'template refs: whole documents are not listed',
    file: 'webhook/core/template-refs.ts',
    from: "const readingFunctions = ['secret', 'secretData'];",
    to: "const readingFunctions = ['secretData', 'secretData'];",
    tests: ['test/unit/webhook/template-refs'],
  },
  {
    name: "ExternalSecret: another namespace's is taken",
    file: 'webhook/catalogue.ts',
    from: "externalSecret: (namespace, name) => findInBoth(cache, 'ExternalSecret', namespace, name),",
    to: "externalSecret: (_, name) => listBoth(cache, 'ExternalSecret').find(({ metadata }) => metadata.name === name),",
    tests: ['test/unit/webhook/catalogue', 'test/unit/webhook/external-secrets', 'test/golden/inject'],
  },
  {
    name: "catalogue: the other operator's object comes first",
    file: 'lib/kube/both-apis.ts',
    from: 'return cache.get(key) ?? cache.get({ ...key, group: externalSecretsGroup });',
    to: 'return cache.get({ ...key, group: externalSecretsGroup }) ?? cache.get(key);',
    tests: ['test/unit/webhook/catalogue', 'test/golden/inject'],
  },
  {
    name: 'judge: a store that is not there yet refuses what uses it',
    file: 'webhook/core/judge.ts',
    from: '    problems: own.problems,\n    refusals: [...own.refusals, ...reads.refusals],',
    to: '    problems: [...own.problems, ...reads.refusals],\n    refusals: own.refusals,',
    tests: ['test/unit/webhook/validate'],
  },
  {
    name: 'validate: what was wrong before cannot be labelled',
    file: 'webhook/core/validate.ts',
    from: 'return isUntouched(written)',
    to: "return written.manifest.kind === ('' as string)",
    tests: ['test/unit/webhook/validate'],
  },
  {
    name: 'Lease: is taken while its holder lives',
    file: 'lib/kube/lease-holder.ts',
    from: 'return now - this.#seen.since >= lasts;',
    to: 'return now - this.#seen.since >= 0;',
    tests: ['test/integration/kube-lease-holder'],
  },
  {
    name: 'Lease: who lost it goes on',
    file: 'lib/kube/lease-holder.ts',
    from: '    else this.#heldUntil = -Infinity;\n',
    to: '',
    tests: ['test/integration/kube-lease-holder'],
  },
  {
    name: 'find: as many secrets as there are',
    file: 'providers/find/found-secrets.ts',
    from: 'if (this.#bytes > findBounds.bytes)',
    to: 'if (this.#bytes < 0)',
    tests: ['test/unit/providers/find', 'test/integration/vault-find-bounds'],
  },
  {
    name: 'find: a secret that cannot be read is left out',
    file: 'providers/find/found-secrets.ts',
    from: "return outcome.error.code === 'not_found' ? taken : outcome;",
    to: 'return taken;',
    tests: ['test/unit/providers/find'],
  },
  {
    name: 'rewrite: rules see the names as they came',
    file: 'lib/external-secrets/rendering/rewrite.ts',
    from: 'rewritten = next.value;',
    to: 'rewritten = index === 0 ? next.value : rewritten;',
    tests: ['test/unit/agent/external-secret-rewrite'],
  },
  {
    name: 'conversion: two names become one',
    file: 'lib/external-secrets/rendering/key-names.ts',
    from: 'if (converted.has(key)) return err(',
    to: 'if (converted.has(key) && key === key.repeat(2)) return err(',
    tests: ['test/unit/agent'],
  },
  {
    name: 'keys: leave their folder',
    file: 'lib/external-secrets/rendering/key-names.ts',
    from: '  return fileNameProblem(key);\n};',
    to: '  return undefined;\n};',
    tests: ['test/unit/agent', 'test/property/agent-templates', 'test/property/hostile-manifests'],
  },
  {
    name: "cache: the other operator's objects are ours",
    file: 'lib/kube/object-cache.ts',
    from: 'isExternalSecretsResource(resource) ? resource.group : undefined',
    to: 'resource.group.length > 100 ? resource.group : undefined',
    tests: ['test/integration/status.test', 'test/unit/webhook/catalogue'],
  },
  {
    name: 'status: is written whatever was written before',
    file: 'webhook/core/object-status.ts',
    from: 'return !same || isStale(before.lastChecked, uid, now);',
    to: 'return true;',
    tests: ['test/unit/webhook/object-status', 'test/integration/status.test'],
  },
  {
    name: 'policy: what the broker reads is as free as what agents read',
    file: 'lib/policy/decide.ts',
    from: "if (readBy === 'agent' && store.access === undefined)",
    to: 'if (store.access === undefined)',
    tests: ['test/unit/lib/policy/decide'],
  },
  {
    name: 'policy: what a key turned out to be is not looked at',
    file: 'lib/policy/decide.ts',
    from: 'if (canonical === undefined) return allow(before);',
    to: 'if (canonical !== before) return allow(before);',
    tests: ['test/unit/lib/policy/decide'],
  },
  {
    name: 'policy: a suffix of an ARN is a part of the name',
    file: 'lib/policy/canonical.ts',
    from: "name.replace(/-[A-Za-z0-9]{6}$/u, '')",
    to: 'name',
    tests: ['test/unit/lib/policy'],
  },
  {
    name: 'policy: percent signs reach Vault',
    file: 'lib/policy/canonical.ts',
    from: "provider.type === 'vault' && escape.test(key)",
    to: "provider.type === 'file' && escape.test(key)",
    tests: ['test/unit/lib/policy'],
  },
  {
    name: 'policy: a rule of one realm gives keys of another',
    file: 'lib/policy/key-glob.ts',
    from: 'realms.includes(realm) &&',
    to: 'realms.length > 0 &&',
    tests: ['test/unit/lib/policy'],
  },
  {
    name: 'route: a credential goes to every server',
    file: 'lib/broker/route.ts',
    from: '.filter(({ server }) => !servers.some((glob) => matchesServer(glob, server)))',
    to: '.filter(() => servers.length === 0)',
    tests: ['test/unit/lib/broker'],
  },
  {
    name: 'route: SecretStores are read as the broker itself',
    file: 'lib/broker/route.ts',
    from: "if (store.kind !== 'ClusterSecretStore')",
    to: "if (store.kind !== 'ClusterSecretStore' && install === undefined)",
    tests: ['test/unit/lib/broker/route'],
  },
  {
    name: 'route: credentials of the platform are for every namespace',
    file: 'lib/broker/credentials.ts',
    from: 'credential.name === name && credential.namespace === scope',
    to: 'credential.name === name && (credential.namespace ?? scope) === scope',
    tests: ['test/unit/lib/broker'],
  },
  {
    name: 'servers: a star crosses slashes',
    file: 'lib/server-glob.ts',
    from: "parts.length === globs.length && parts.every((part, index) => matchesGlob(globs[index] ?? '', part))",
    to: 'matchesGlob(withoutTrailingSlashes(glob), server)',
    tests: ['test/unit/lib/server-glob'],
  },
  {
    name: 'reserved: any plan passes for ours',
    file: 'webhook/core/reserved.ts',
    from: 'deepEqual({ ...there, value: trustlessPlan(theirValue) }, { ...ours, value: trustlessPlan(ourValue) })',
    to: 'theirValue !== ourValue',
    tests: ['test/golden/inject'],
  },
  {
    name: 'kept answers: the file of the broker is forgotten',
    file: 'webhook/known-answers.ts',
    from: 'if (entry.install !== this.#install()) return undefined;',
    to: '',
    tests: ['test/unit/webhook/kept-broker'],
  },
  {
    name: 'grant: everything that is refused waits',
    file: 'webhook/core/decide.ts',
    from: 'refusals.nameable && issues.length === refusals.issues.length',
    to: 'refusals.nameable',
    tests: ['test/unit/webhook/wait-for-grant'],
  },
  {
    name: 'grant: ExternalSecrets of the other API come unseen',
    file: 'webhook/wait-for-grant.ts',
    from: 'const ends = bothGroups.map(',
    to: 'const ends = bothGroups.slice(0, 1).map(',
    tests: ['test/unit/webhook/wait-for-grant'],
  },
  {
    name: 'trust copies: what was copied once is told for ever',
    file: 'certs/core/trust-copies.ts',
    from: 'return present.intersection(recorded).union(common);',
    to: 'return recorded.union(common);',
    tests: ['test/unit/certs/trust-copies'],
  },
  {
    name: 'trust copies: one is enough',
    file: 'certs/core/trust-copies.ts',
    from: 'rest.intersection(fingerprintsIn(text)), present)',
    to: 'rest.union(fingerprintsIn(text)), present)',
    tests: ['test/unit/certs/trust-copies'],
  },
  {
    name: 'broker: its own pod is another that serves',
    file: 'certs/broker.ts',
    from: 'serves && metadata.uid !== podUid',
    to: 'serves',
    tests: ['test/integration/broker-certificates.test'],
  },
  {
    name: 'broker: any address is that of a pod',
    file: 'broker/identity/identities.ts',
    from: '!this.#options.checkPeerAddress || isOneOf(peer, known.pod.addresses)',
    to: 'known.pod.addresses.length > 0',
    tests: ['test/integration/broker-identity'],
  },
  {
    name: 'broker: a pod of the same name is the same pod',
    file: 'broker/identity/pod.ts',
    from: 'pod.uid !== uid',
    to: "pod.uid === ''",
    tests: ['test/integration/broker-identity'],
  },
  {
    name: 'http: a redirect is an answer like others',
    file: 'providers/http/exchange.ts',
    from: 'status >= 300 && status < 400',
    to: 'status >= 400 && status < 400',
    tests: ['test/unit/providers/http/transport'],
  },
  {
    name: 'http: the first address of a name counts',
    file: 'providers/http/guarded-lookup.ts',
    from: 'addresses.map(({ address }) => addressRefusal(address))',
    to: 'addresses.slice(0, 1).map(({ address }) => addressRefusal(address))',
    tests: ['test/unit/providers/http/guarded-lookup'],
  },
  {
    name: 'Bitwarden: what was moved to another project is served',
    file: 'providers/bitwarden/reader.ts',
    from: 'projectId !== this.#options.store.projectId || nameNow !== name',
    to: "projectId === '' || nameNow !== name",
    tests: ['test/integration/bitwarden-provider.test'],
  },
  {
    name: 'Bitwarden: whoever finds the port may use the login',
    file: 'providers/bitwarden/gateway.ts',
    from: 'url.startsWith(`${secret}/`)',
    to: "url.startsWith('/')",
    tests: ['test/unit/providers/bitwarden/gateway'],
  },
  {
    name: 'agent: a feed that is closed still confirms',
    file: 'providers/broker/watched.ts',
    from: 'const isConfirmed = isFeedOpen && now',
    to: 'const isConfirmed = (isFeedOpen || now.wall > 0) && now',
    tests: ['test/unit/providers/broker/watched'],
  },
  {
    name: 'agent: what cannot be understood is left out of an answer',
    file: 'providers/broker/answers.ts',
    from: 'return understood?.length === count ?',
    to: 'return understood !== undefined ?',
    tests: ['test/unit/providers/broker/answers'],
  },
  {
    name: 'bucket: holds more than a burst',
    file: 'broker/core/token-bucket.ts',
    from: 'tokens: Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) * perSecond) / 1_000),',
    to: 'tokens: bucket.tokens + (Math.max(0, now - bucket.at) * perSecond) / 1_000 + 0 * burst,',
    tests: ['test/unit/broker/upstream/parts'],
  },
  {
    name: 'wiping: leaves what nobody keeps',
    file: 'broker/upstream/wiper.ts',
    from: 'for (const bytes of this.#due.splice(0)) bytes.fill(0);',
    to: 'this.#due.splice(0);',
    tests: ['test/unit/broker/upstream/kept'],
  },
  {
    name: 'feed: what the reader has is sent again',
    file: 'broker/feed/watch.ts',
    from: "return digest !== (this.#pending?.kind === 'secret' ? this.#pending.secret.digest : this.#known);",
    to: "return digest !== '';",
    tests: ['test/integration/broker-feed'],
  },
];

const root = join(import.meta.dirname, '..');
const left = new Set(['node_modules', '.git', 'dist', 'coverage']);

/** A copy of the tree to break; Jest's global set-up stays out, since none of these tests needs the bundles. */
const copyTree = () => {
  const copy = mkdtempSync(join(tmpdir(), 'keyferry-mutants-'));
  cpSync(root, copy, { recursive: true, filter: (path) => path === root || !left.has(basename(path)) });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const config =
    "import config from './jest.config.mjs';\nexport default { ...config, globalSetup: undefined };\n";
  writeFileSync(join(copy, 'jest.mutants.mjs'), config);
  return copy;
};

/** Whether the tests pass in a tree. */
const passes = (tree, tests) => {
  const argv = [
    'scripts/jest.mjs',
    '--config',
    'jest.mutants.mjs',
    '--silent',
    '--bail',
    '--runInBand',
    ...tests,
  ];
  const env = { ...process.env, UPDATE_GOLDEN: '' };
  return spawnSync(process.execPath, argv, { cwd: tree, env, encoding: 'utf8' }).status === 0;
};

const chosen = mutants.filter(({ name }) => {
  const parts = process.argv.slice(2);
  return parts.length === 0 || parts.some((part) => name.includes(part));
});
const tree = copyTree();
const problems = [];
try {
  const tests = [...new Set(chosen.flatMap((mutant) => mutant.tests))];
  if (!passes(tree, tests)) throw new Error('the tests fail before anything is broken');
  for (const { name, file, from, to, tests: related } of chosen) {
    const path = join(tree, file);
    const text = readFileSync(path, 'utf8');
    const found = text.split(from).length - 1;
    let verdict = 'killed';
    if (found === 1) {
      writeFileSync(
        path,
        text.replace(from, () => to),
      );
      if (passes(tree, related)) verdict = 'SURVIVED';
      writeFileSync(path, text);
    } else {
      verdict = `OUT OF DATE: its text is ${found} times in ${file}`;
    }
    if (verdict !== 'killed') problems.push(name);
    process.stdout.write(`${verdict.padEnd(8)}  ${name}\n`);
  }
} finally {
  rmSync(tree, { recursive: true });
}
process.stdout.write(`${chosen.length - problems.length} of ${chosen.length} mutants killed\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
