/** An image's name in the terms of kustomize's `images`. */
export interface KustomizeImage {
  readonly newName: string;
  readonly newTag?: string;
  readonly digest?: string;
}

/** Reads `registry:5000/folder/name:tag` or `…@sha256:…`; a colon before the last slash belongs to the registry's port. */
export const kustomizeImage = (image: string): KustomizeImage => {
  const [beforeDigest = '', digest] = image.split('@');
  const [, newName = beforeDigest, newTag] = /^(.*?)(?::([^:/]+))?$/.exec(beforeDigest) ?? [];
  return {
    newName,
    ...(newTag === undefined ? {} : { newTag }),
    ...(digest === undefined ? {} : { digest }),
  };
};
