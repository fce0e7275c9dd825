import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef } from 'react';

/** How far from the end, in px, still counts as reading the newest. */
const NEAR = 40;

/** Keeps a scrolled list at its newest entry, unless the reader has scrolled up. `content` changes when the list does. */
export function useStayAtEnd<Element extends HTMLElement>(content: unknown): RefObject<Element | null> {
  const list = useRef<Element>(null);
  const heightBefore = useRef(0);
  const stay = useCallback(() => {
    const element = list.current;
    if (!element) return;
    const wasAtEnd = element.scrollTop + element.clientHeight >= heightBefore.current - NEAR;
    if (wasAtEnd) element.scrollTop = element.scrollHeight;
    heightBefore.current = element.scrollHeight;
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when there is something newer
  useLayoutEffect(stay, [content]);
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    // Images have their size when they are loaded, which is told to them alone; lines break elsewhere in another width.
    element.addEventListener('load', stay, true);
    const resizes = new ResizeObserver(stay);
    resizes.observe(element);
    return () => {
      element.removeEventListener('load', stay, true);
      resizes.disconnect();
    };
  }, [stay]);
  return list;
}
