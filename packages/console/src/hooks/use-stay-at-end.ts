import { type RefObject, useLayoutEffect, useRef } from 'react';

/** How far from the end, in px, still counts as reading the newest. */
const NEAR = 40;

/** Keeps a scrolled list at its newest entry, unless the reader has scrolled up. `content` changes when the list does. */
export function useStayAtEnd<Element extends HTMLElement>(content: unknown): RefObject<Element | null> {
  const list = useRef<Element>(null);
  const heightBefore = useRef(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when there is something newer
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    const stay = () => {
      const wasAtEnd = element.scrollTop + element.clientHeight >= heightBefore.current - NEAR;
      if (wasAtEnd) element.scrollTop = element.scrollHeight;
      heightBefore.current = element.scrollHeight;
    };
    stay();
    // Images have their size when they are loaded, which is told to them alone.
    element.addEventListener('load', stay, true);
    return () => element.removeEventListener('load', stay, true);
  }, [content]);
  return list;
}
