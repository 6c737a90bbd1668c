/** It becomes part of the host that the pod's token is sent to, so it must not be able to end one. */
const pattern = /^[a-z]{2,4}(-[a-z]{2,16}){1,3}-[0-9]{1,2}$/;

/** Whether a text can be the name of a region of AWS, in any partition. */
export const isRegionName = (text: string): boolean => pattern.test(text);
