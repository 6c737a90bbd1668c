import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AdmissionOutcome } from '../admission/admission.ts';
import type { Storage } from '../objects/storage.ts';
import { warningHeaders, type Answer } from './answer.ts';
import { mediaType, readBody, readOptions } from './body.ts';
import { notFound, present, type Lists } from './read.ts';
import { refuse } from './status.ts';
import type { Verb } from './verb.ts';
import type { Watches } from './watches.ts';
import { jsonPatchType, mergePatchType, type WriteRequest, type Writes } from './writes.ts';

/** A request that is allowed and goes to a resource that is there. */
export interface Dispatched extends WriteRequest {
  readonly verb: Verb;
  readonly query: URLSearchParams;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
}

export interface DispatchParts {
  readonly storage: Storage;
  readonly lists: Lists;
  readonly watches: Watches;
  readonly writes: Writes;
}

const json = ['application/json'];

const shown = ({ resource }: WriteRequest, outcome: AdmissionOutcome, code = 200): Answer => ({
  code,
  body: present(resource, outcome.object),
  headers: warningHeaders(outcome.warnings),
  auditAnnotations: outcome.auditAnnotations,
});

const removed = ({ resource }: WriteRequest, { object, warnings }: AdmissionOutcome): Answer => ({
  code: 200,
  headers: warningHeaders(warnings),
  body: {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: object.metadata.name,
      group: resource.group,
      kind: resource.plural,
      uid: object.metadata.uid,
    },
  },
});

const get = ({ storage }: DispatchParts, { resource, target }: Dispatched): Answer => {
  const found = storage.get(resource, target.namespace, target.name ?? '');
  if (found === undefined) throw notFound(resource, target.name ?? '');
  return { code: 200, body: present(resource, found) };
};

/** Does what a request asks; a watch is answered as long as it lasts. Throws the StatusError that the client is to get. */
export const dispatch = async (parts: DispatchParts, request: Dispatched): Promise<Answer | 'streaming'> => {
  const { lists, watches, writes } = parts;
  const { verb, resource, target, query, message, response } = request;
  switch (verb) {
    case 'get':
      return get(parts, request);
    case 'list':
      return { code: 200, body: lists.list(resource, target.namespace, query) };
    case 'watch':
      watches.open(resource, target.namespace, query, response);
      return 'streaming';
    case 'create':
      return shown(request, await writes.create(request, await readBody(message, json)), 201);
    case 'update':
      return shown(request, await writes.update(request, await readBody(message, json)));
    case 'patch': {
      const patch = await readBody(message, [jsonPatchType, mergePatchType]);
      return shown(request, await writes.patch(request, mediaType(message), patch));
    }
    case 'delete':
      return removed(request, await writes.delete(request, await readOptions(message)));
    case 'deletecollection':
      throw refuse(405, 'the stand-in does not delete collections');
  }
};
