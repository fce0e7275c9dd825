import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef } from 'react';

/** How far from the end, in px, still counts as reading the newest. */
const NEAR = 40;

/** Keeps a scrolled list at its newest entry, unless the reader has scrolled up. `content` changes when the list does. */
export function useStayAtEnd<Element extends HTMLElement>(content: unknown): RefObject<Element | null> {
  const list = useRef<Element>(null);
  const isAtEnd = useRef(true);
  const stay = useCallback(() => {
    const element = list.current;
    if (element && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when there is something newer
  useLayoutEffect(stay, [content]);
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    const onScroll = () => {
      isAtEnd.current = element.scrollTop + element.clientHeight >= element.scrollHeight - NEAR;
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    // Images have their size when they are loaded, which is told to them alone; a list that becomes smaller tells nobody
    // that its end is out of sight.
    element.addEventListener('load', stay, true);
    const resizes = new ResizeObserver(stay);
    resizes.observe(element);
    return () => {
      element.removeEventListener('scroll', onScroll);
      element.removeEventListener('load', stay, true);
      resizes.disconnect();
    };
  }, [stay]);
  return list;
}
