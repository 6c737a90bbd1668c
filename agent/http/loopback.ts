const ipv4Loopback = /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/i;

/** Whether a peer's address is this pod's own loopback: 127.0.0.0/8, also as IPv4 in IPv6, or ::1. */
export const isLoopback = (address: string | undefined): boolean =>
  address === '::1' || (address !== undefined && ipv4Loopback.test(address));
