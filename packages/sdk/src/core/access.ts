/** How a session reaches the server with HTTP. */
export interface Access {
  readonly base: string;
  readonly appId: string;
  readonly uid: string;
  readonly sessId: string;
}
