/** Serial numbers of what is said in all channels of "a storm of reconnects": right behind the cut, and when all are back. */
export const BEHIND_CUT = 1;
export const BEHIND_ALL = 2;
