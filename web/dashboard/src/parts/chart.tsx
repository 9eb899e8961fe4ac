// A line over time: its name, one sentence that says what it shows, and the same figures as a table.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { clockTime } from '../text/format.ts';
import { t } from '../text/text.ts';
import { Button } from './button.tsx';
import { Table } from './table.tsx';
import { thinned } from '../state/samples.ts';
import type { Drawing } from './chart_canvas.ts';

export interface ChartProps { name: string; takeaway: string; points: readonly (readonly [number, number | null])[]; format: (value: number) => string; low?: number; high?: number }

const pointsMax = 240;
const rowsMax = 20;
const shortSeconds = 300;

/** A canvas takes no variables: the style puts its colours into properties that come out computed. */
function coloursOf(element: Element): { colour: string; muted: string; grid: string } {
  const style = getComputedStyle(element);
  return { colour: style.color, muted: style.caretColor, grid: style.outlineColor };
}

function Canvas({ points, format, low = 0, high }: ChartProps) {
  const element = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing | null>(null);
  const newest = useRef<() => void>(() => undefined);
  const highest = high ?? Math.max(1, ...points.map(([, y]) => y ?? 0)) * 1.15;

  newest.current = () => {
    const box = element.current;
    if (!box || !drawing.current) return;
    drawing.current.draw(lineFor(box), box.clientWidth);
  };
  /** Then several of the axis's times are within one minute. */
  const isShort = (points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0) < shortSeconds;
  const lineFor = (box: Element) => ({
    points: thinned(points, pointsMax), format, low, high: highest, time: (unix: number) => clockTime(new Date(unix * 1000), isShort),
    ...coloursOf(box),
  });

  useEffect(() => {
    const box = element.current;
    if (!box) return undefined;
    let gone = false;
    const observer = new ResizeObserver(() => newest.current());
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const repaint = (): void => newest.current();
    void import('./chart_canvas.ts').then(({ drawIn }) => {
      if (gone) return;
      drawing.current = drawIn(box, lineFor(box), box.clientWidth);
      observer.observe(box);
      scheme.addEventListener('change', repaint);
    });
    return () => {
      gone = true;
      observer.disconnect();
      scheme.removeEventListener('change', repaint);
      drawing.current?.destroy();
      drawing.current = null;
    };
  }, []);
  useEffect(() => newest.current(), [points, low, highest]);
  // What it shows is in the sentence and the table; the canvas itself says nothing to those who hear the page.
  return <div class="canvas" ref={element} aria-hidden="true" />;
}

export function Chart(props: ChartProps) {
  const asTable = useSignal(false);
  const { name, takeaway, points, format } = props;
  const rows = thinned(points, rowsMax).filter((point): point is [number, number] => point[1] !== null).reverse();
  return (
    <figure class="chart">
      <figcaption>
        <div class="row spread">
          <h3>{name}</h3>
          <Button kind="quiet" small label={`${asTable.value ? t('chart.noTable') : t('chart.table')}: ${name}`} onPress={() => { asTable.value = !asTable.value; }}>
            {asTable.value ? t('chart.noTable') : t('chart.table')}
          </Button>
        </div>
        <p class="muted">{points.length < 2 ? t('chart.empty') : takeaway}</p>
      </figcaption>
      {asTable.value
        ? (
          <div class="table-scroll" tabIndex={0} role="region" aria-label={name}>
            <Table
              caption={name} rows={rows} keyOf={([at]) => at}
              columns={[{ title: t('chart.time'), head: true, cell: ([at]) => clockTime(new Date(at * 1000), true) }, { title: name, number: true, cell: ([, y]) => format(y) }]}
            />
          </div>
        )
        : <Canvas {...props} />}
    </figure>
  );
}
