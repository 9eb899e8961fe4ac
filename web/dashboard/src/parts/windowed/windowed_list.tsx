// A list of any length of which only the rows in view are in the page. Rows may have any height and may grow.
import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Heights, rowsInView } from './heights.ts';

interface Props {
  count: number;
  /** What is inside the row; `index` counts from 0. */
  row: (index: number) => ComponentChildren;
  rowClass: (index: number) => string;
  label: string;
  /** Told which rows are in view, so that they can be fetched. */
  onView?: (first: number, last: number) => void;
  /** Another list begins at its end again. */
  listKey: string;
  onAtEnd?: (atEnd: boolean) => void;
  handle?: RefObject<ListHandle | null>;
}
export interface ListHandle { toEnd: () => void }

const beyondPx = 800;
const rowGuessPx = 110;
/** This near to the end counts as being there: new text then keeps the end in view. */
const atEndPx = 48;

export function WindowedList({ count, row, rowClass, label, onView, listKey, onAtEnd, handle }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const heights = useMemo(() => new Heights(count, rowGuessPx), [listKey]);
  /** At the end, and to stay there. Only scrolling up by hand lets go: rows that grow move the end away, too. */
  const stuck = useRef(true);
  const lastTop = useRef(0);
  /** The row at the top of the view, and how far it is scrolled: it stays where it is when rows above turn out higher. */
  const anchor = useRef({ index: 0, into: 0 });
  const [view, setView] = useState({ top: 0, height: 600 });
  const [, redraw] = useState(0);
  heights.resize(count);

  const wanted = stuck.current ? Math.max(0, heights.total - view.height) : view.top;
  const [first, last] = rowsInView(heights, wanted, view.height, beyondPx);

  const look = (): void => {
    const box = scroller.current;
    if (!box) return;
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < atEndPx;
    const goneUp = box.scrollTop < lastTop.current - 1;
    lastTop.current = box.scrollTop;
    const stays = atEnd || (stuck.current && !goneUp);
    if (stays !== stuck.current) onAtEnd?.(stays);
    stuck.current = stays;
    const index = heights.indexAt(box.scrollTop);
    anchor.current = { index, into: box.scrollTop - heights.offset(index) };
    if (box.scrollTop !== view.top || box.clientHeight !== view.height) setView({ top: box.scrollTop, height: box.clientHeight });
  };

  /** A drawing may come between scrolling and the event that tells of it: placing the rows would then undo the scrolling. */
  const lookIfScrolled = (): void => {
    if (scroller.current && Math.abs(scroller.current.scrollTop - lastTop.current) >= 1) look();
  };

  const place = (): void => {
    const box = scroller.current;
    if (!box) return;
    const target = stuck.current ? box.scrollHeight : heights.offset(anchor.current.index) + anchor.current.into;
    if (Math.abs(box.scrollTop - target) >= 1) box.scrollTop = target;
    lastTop.current = box.scrollTop;
  };

  const measure = (): boolean => {
    let changed = false;
    for (const element of scroller.current?.querySelectorAll<HTMLElement>(':scope > ol > li') ?? []) {
      changed = heights.set(Number(element.dataset['index']), element.getBoundingClientRect().height) || changed;
    }
    return changed;
  };

  useLayoutEffect(() => {
    stuck.current = true;
    lastTop.current = scroller.current?.scrollTop ?? 0;
    onAtEnd?.(true);
  }, [listKey]);

  // After each drawing: what was measured now may move everything below it. Ends when nothing measures anew.
  useLayoutEffect(() => {
    lookIfScrolled();
    if (measure()) redraw((n) => n + 1);
    place();
  });

  // A picture of the rows as drawn: code that wraps anew or text that grows changes heights by itself.
  useEffect(() => {
    const box = scroller.current;
    if (!box) return undefined;
    const observer = new ResizeObserver(() => {
      lookIfScrolled();
      if (measure()) redraw((n) => n + 1);
      place();
      look();
    });
    observer.observe(box);
    const list = box.firstElementChild;
    if (list) observer.observe(list);
    return () => observer.disconnect();
  }, [listKey]);

  useEffect(() => { if (last >= first) onView?.(first, last); }, [first, last, count, listKey]);

  if (handle) handle.current = { toEnd: () => { stuck.current = true; place(); look(); } };

  const indices = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
  return (
    <div class="windowed" ref={scroller} onScroll={look} tabIndex={0} role="region" aria-label={label}>
      <ol style={{ paddingTop: `${heights.offset(first)}px`, paddingBottom: `${Math.max(0, heights.total - heights.offset(last + 1))}px` }}>
        {indices.map((index) => (
          <li key={index} data-index={index} class={rowClass(index)} aria-setsize={count} aria-posinset={index + 1}>{row(index)}</li>
        ))}
      </ol>
    </div>
  );
}
