/** One type of messages: what applications see of it, and what goes over the wire (api.md 5). */
export interface MessageKind {
  readonly messageType: string;
  /**
   * Body and description, or that the fields do not fit. Copies: what the application does to them later has no effect. With
   * `later` the body has to be read first.
   */
  write(
    fields: Record<string, unknown>,
  ): readonly [body: string, description: string, later?: () => Promise<{ readonly MsgBody: string }>] | false;
  /** Nothing when the body is none; may also throw then. */
  read(body: string, description: string): object | undefined;
}
