import { type RefObject, useLayoutEffect, useRef } from 'react';

/** How far from the end, in px, still counts as reading the newest. */
const NEAR = 40;

/** Keeps a scrolled list at its newest entry, unless the reader has scrolled up. */
export function useStayAtEnd<Element extends HTMLElement>(newest: unknown): RefObject<Element | null> {
  const list = useRef<Element>(null);
  const heightBefore = useRef(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when there is something newer
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    const wasAtEnd = element.scrollTop + element.clientHeight >= heightBefore.current - NEAR;
    if (wasAtEnd) element.scrollTop = element.scrollHeight;
    heightBefore.current = element.scrollHeight;
  }, [newest]);
  return list;
}
