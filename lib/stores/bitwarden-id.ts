const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text is an id of Bitwarden: of an organisation, a project or a secret, and so never the name of one. */
export const isBitwardenId = (text: string): boolean => uuid.test(text);
