import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { hasMoved } from '../router.ts';

/** The room's title. It takes the focus when one comes from another room, so that the keyboard and the screen reader follow. */
export function RoomHead({ title, children, hidden = false }: { title: string; children?: ComponentChildren; hidden?: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!hasMoved) return;
    scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div class={`room-head${hidden ? ' visually-hidden' : ''}`}>
      <h1 tabIndex={-1} ref={heading}>{title}</h1>
      {children}
    </div>
  );
}
