import type { Findings } from '../findings.js';
import { type History, isArchived } from '../history.js';
import { checkCall } from './common.js';

/** What was sent with the history flag, and accepted, is archived once; what was refused is not. */
export function checkArchive(history: History, found: Findings): void {
  for (const app of history.apps) {
    for (const call of app.calls) {
      const { what, text = '' } = call;
      const isMessage = what === 'peer' || what === 'channel';
      if (isMessage && isArchived(text)) checkCall(app, call, history.archived.get(text)?.size ?? 0, found);
    }
  }
}
