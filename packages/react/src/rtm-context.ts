import type { RtmClient } from 'ar-rtm-sdk';
import { createContext, useContext } from 'react';
import { modelOf, type RtmModel } from './model/rtm-model.js';

export const RtmContext = createContext<RtmClient | undefined>(undefined);

/** What the hooks know of the client of the provider above. */
export function useModel(hook: string): RtmModel {
  const client = useContext(RtmContext);
  if (!client) throw new Error(`${hook} needs an RtmProvider above it`);
  return modelOf(client);
}
