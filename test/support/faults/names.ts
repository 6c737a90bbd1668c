import type { ResolveAll } from '../../../providers/http/guarded-lookup.ts';

/** A name server: every name leads to this machine, unless something is wrong with it. */
export class Names {
  /** Where names lead. */
  address = '127.0.0.1';
  /** The system's code of a look-up that fails: `ENOTFOUND` no such name, `EAI_AGAIN` no answer. */
  failure: string | undefined;

  readonly resolve: ResolveAll = (hostname, _options, callback) => {
    const { failure, address } = this;
    setImmediate(() => {
      if (failure !== undefined) callback(Object.assign(new Error(hostname), { code: failure }), []);
      else callback(null, [{ address, family: 4 }]);
    });
  };
}
