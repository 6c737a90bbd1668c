import { annotation, type SettingName } from '../../lib/annotation-names.ts';
import { given } from '../../lib/given.ts';
import type { Lifecycle } from '../../lib/plan.ts';
import { defaultMountPath } from '../../lib/names.ts';
import { issue, type Issue } from './codes.ts';
import { unknownNameIssues, type Declared } from './annotation-keys.ts';
import type { Placed, RequestedMode, SecretRequest, TemplateRequest } from './requests.ts';
import { readSecrets } from './secret-requests.ts';
import * as values from './values.ts';

/** What a pod's annotations ask for, read once. Defaults are in it; nothing was looked up yet. */
export interface InjectionRequest {
  readonly secrets: readonly SecretRequest[];
  readonly templates: readonly TemplateRequest[];
  /** Names of ExternalSecrets of the pod's namespace. */
  readonly externalSecrets: readonly string[];
  /** Where files and folders of the annotations are to be, also of those that could not be read. */
  readonly placed: readonly Placed[];
  /** For all files that have none of their own. */
  readonly mode?: RequestedMode;
  /** Whether there are refs that could not be read; what store they mean is not known. */
  readonly unreadableRefs: boolean;
  readonly store?: string;
  /** Whether `store` was given but could not be read, which is told already. */
  readonly storeUnreadable: boolean;
  readonly mountPath: string;
  /** Undefined: every container but those of known meshes. */
  readonly containers?: readonly string[];
  readonly lifecycle: Lifecycle;
  readonly startTimeoutSeconds: number;
  readonly after?: string;
  readonly resources: RequestedResources;
  readonly port?: number;
}

export interface RequestedResources {
  readonly requestsCpu?: string;
  readonly requestsMemory?: string;
  readonly limitsCpu?: string;
  readonly limitsMemory?: string;
}

export interface ParsedAnnotations {
  /** What could be read, so that its problems too can be told in the same answer. */
  readonly request: InjectionRequest;
  readonly issues: readonly Issue[];
}

const defaultStartTimeoutSeconds = 20;
/** The kubelet waits for a `postStart` hook whatever the grace period, so a pod that starts slowly cannot be deleted. */
const maximumNativeStartTimeoutSeconds = 60;
const maximumStartTimeoutSeconds = 3600;

/** Reads settings by name and collects what is wrong with them. */
class SettingReader {
  readonly #declared: Declared;
  readonly issues: Issue[] = [];

  constructor(declared: Declared) {
    this.#declared = declared;
  }

  read<T>(name: SettingName, parse: values.ValueParser<T>): T | undefined {
    const text = this.#declared.settings.get(name);
    if (text === undefined) return undefined;
    const parsed = parse(text);
    if (parsed.ok) return parsed.value;
    this.issues.push(issue('invalid_value', annotation(name), parsed.error));
    return undefined;
  }
}

const readResources = (reader: SettingReader): RequestedResources =>
  given({
    requestsCpu: reader.read('agent-requests-cpu', values.quantity),
    requestsMemory: reader.read('agent-requests-memory', values.quantity),
    limitsCpu: reader.read('agent-limits-cpu', values.quantity),
    limitsMemory: reader.read('agent-limits-memory', values.quantity),
  });

/** Reads all annotations of ours. Every problem is found in one go; `request` holds whatever made sense. */
export const parseAnnotations = (declared: Declared): ParsedAnnotations => {
  const reader = new SettingReader(declared);
  const lifecycle = reader.read('lifecycle', values.lifecycle) ?? 'native';
  const longest = lifecycle === 'native' ? maximumNativeStartTimeoutSeconds : maximumStartTimeoutSeconds;
  const fileMode = reader.read('file-mode', values.fileMode);
  const mode = fileMode === undefined ? {} : { mode: { value: fileMode, place: annotation('file-mode') } };
  const { secrets, templates, placed, unreadable, issues } = readSecrets(declared, {
    intervalSeconds: reader.read('refresh-interval', values.refreshInterval) ?? 3600,
    ...mode,
  });
  const store = reader.read('store', values.storeName);
  const request: InjectionRequest = {
    secrets,
    templates,
    externalSecrets: reader.read('external-secrets', values.externalSecretNames) ?? [],
    placed,
    ...mode,
    unreadableRefs: unreadable,
    storeUnreadable: store === undefined && declared.settings.has('store'),
    lifecycle,
    mountPath: reader.read('mount-path', values.mountPath) ?? defaultMountPath,
    startTimeoutSeconds:
      reader.read('start-timeout', values.startTimeout(longest)) ?? defaultStartTimeoutSeconds,
    resources: readResources(reader),
    ...given({
      store,
      containers: reader.read('containers', values.containerNames),
      after: reader.read('after', values.containerName),
      port: reader.read('agent-port', values.port),
    }),
  };
  return { request, issues: [...unknownNameIssues(declared), ...reader.issues, ...issues] };
};
