import type { Fields } from './fields.ts';
import { given } from '../given.ts';
import { quoted } from '../text.ts';
import { readSessionTags, type AwsSessionTags } from './aws-session-tags.ts';

/** The roles that a store names, and what is said when the last of them is assumed. */
export interface AwsRoles {
  readonly role?: string;
  /** Assumed one after the other, before `role`. */
  readonly additionalRoles: readonly string[];
  /** What only a role that assumes `role` can say. */
  readonly externalId?: string;
  readonly tags: AwsSessionTags;
}

const longestArn = 2048;
const rolePattern = /^arn:aws(-[a-z]+)*:iam::[0-9]{12}:role\/[!-~]*[\w+=,.@-]$/;

/** Whether a text is the ARN of an IAM role, in any partition. */
export const isRoleArn = (text: string): boolean => text.length <= longestArn && rolePattern.test(text);

/** What messages say of a text that is no such ARN. */
export const notARole = (text: string): string =>
  `is ${quoted(text)}; give the ARN of an IAM role, arn:aws:iam::<account of 12 digits>:role/<name>`;

const readRole = (fields: Fields): string | undefined => {
  const role = fields.optionalString('role');
  if (role !== undefined && !isRoleArn(role)) fields.reject('role', notARole(role));
  return role;
};

const readAdditionalRoles = (fields: Fields): readonly string[] => {
  const roles = fields.strings('additionalRoles');
  roles.forEach((role, index) => {
    if (!isRoleArn(role)) fields.reject(`additionalRoles[${index}]`, notARole(role));
  });
  return roles;
};

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const readExternalId = (fields: Fields): string | undefined => {
  const externalId = fields.optionalString('externalID');
  if (externalId !== undefined && !/^[\w+=,.@:/-]{2,1224}$/.test(externalId)) {
    const text = `is ${quoted(externalId)}; AWS takes 2 to 1224 letters, digits and "_+=,.@:/-"`;
    fields.reject('externalID', text);
  }
  return externalId;
};

const ofTheRole = ['externalID', 'sessionTags', 'customSessionTags', 'transitiveTagKeys'];

/** Reads everything about roles out of `spec.provider.aws`. */
export const readAwsRoles = (fields: Fields): AwsRoles => {
  const role = readRole(fields);
  const additionalRoles = readAdditionalRoles(fields);
  const externalId = readExternalId(fields);
  const tags = readSessionTags(fields);
  if (role === undefined)
    fields.ignore(
      'has no effect without role: it is said when that role is assumed',
      ...ofTheRole,
      ...(tags.ofStore ? ['sessionTagsPolicy'] : []),
    );
  return { additionalRoles, tags, ...given({ role, externalId }) };
};
