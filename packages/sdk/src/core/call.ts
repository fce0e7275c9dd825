import type { Cancel } from '../ports.js';
import type { CallNews, CallState } from './call-state.js';

export type CallSide = 'Local' | 'Remote';

/** The invitation object of the application, as the core sees it. */
export interface CallEvents {
  emit(event: `${CallSide}Invitation${CallNews}`, text?: string): unknown;
}

/** One invitation: the caller's (`Local`) or the callee's (`Remote`) end of it. */
export interface Call {
  readonly side: CallSide;
  readonly id: string;
  readonly peer: string;
  /** Changed by `move` of the calls only. */
  state: CallState;
  /** The other side's words: the callee's response, or the caller's content. */
  text: string;
  events?: CallEvents;
  stopTimer?: Cancel | undefined;
  /** Takes the last request back, if it has not been answered. */
  stopRequest?: Cancel;
}
