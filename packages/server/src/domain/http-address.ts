/** A host as it stands in an address, and its port unless it is the usual one of the scheme. */
export interface HostAndPort {
  readonly host: string;
  readonly port?: number | undefined;
}

/** `https://chat.example.com:9443`: what a path of this server is put behind. Absent when one half is not known. */
export function httpAddress(at: HostAndPort | undefined, secure: boolean | undefined): string | undefined {
  if (at === undefined || secure === undefined) return undefined;
  const { host, port } = at;
  const isUsual = port === undefined || port === (secure ? 443 : 80);
  return `${secure ? 'https' : 'http'}://${host}${isUsual ? '' : `:${port}`}`;
}
