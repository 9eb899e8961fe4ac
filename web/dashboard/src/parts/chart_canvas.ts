// The drawing itself, by uPlot: loaded only where something is drawn.
import UPlot from 'uplot';

export interface Line { points: readonly (readonly [number, number | null])[]; format: (value: number) => string; colour: string; muted: string; grid: string; time: (unix: number) => string; low: number; high: number }

export interface Drawing { draw: (line: Line, width: number) => void; destroy: () => void }

const heightPx = 168;

function optionsFor(line: () => Line, width: number): UPlot.Options {
  const axis = { stroke: () => line().muted, grid: { stroke: () => line().grid, width: 1 }, ticks: { show: false }, font: '12px system-ui, sans-serif' };
  return {
    width,
    height: heightPx,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 8, 0, 0],
    scales: { x: { time: true }, y: { range: () => [line().low, line().high] } },
    axes: [
      { ...axis, size: 30, values: (_, ticks) => ticks.map((tick) => line().time(tick)), space: 70 },
      { ...axis, size: 62, values: (_, ticks) => ticks.map((tick) => line().format(tick)), space: 36 },
    ],
    series: [{}, { stroke: () => line().colour, width: 2, fill: () => `color-mix(in srgb, ${line().colour} 14%, transparent)`, points: { show: false }, spanGaps: false }],
  };
}

export function drawIn(element: HTMLElement, first: Line, width: number): Drawing {
  let line = first;
  const columns = (): UPlot.AlignedData => [line.points.map(([x]) => x), line.points.map(([, y]) => y)];
  const plot = new UPlot(optionsFor(() => line, width), columns(), element);
  return {
    draw(next, nextWidth) {
      line = next;
      if (nextWidth !== plot.width) plot.setSize({ width: nextWidth, height: heightPx });
      plot.setData(columns());
    },
    destroy: () => plot.destroy(),
  };
}
