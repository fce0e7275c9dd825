import { Paper, useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { useTexts } from '../i18n/language-context.js';
import type { Point, SeriesName } from './model/series.js';

interface LiveChartProps {
  readonly title: string;
  readonly points: readonly Point[];
  readonly series: readonly { readonly name: SeriesName; readonly label: string }[];
  format(value: number): string;
  /** Steps between the lines of the grid, from the smallest; any without them. */
  readonly steps?: readonly number[];
}

const HEIGHT = 150;
const AXIS_WIDTH = 58;
const AXIS_HEIGHT = 24;
/** What is shown, whether there are points for all of it or not. */
const WINDOW_S = 120;

/** The canvas has no style sheet. Colours that can be told apart, by brightness too. */
const COLORS = {
  light: { text: '#5b6475', grid: '#e6e9ef', lines: ['#3b5bdb', '#e8590c', '#0b7285'] },
  dark: { text: '#a3abba', grid: '#2c333f', lines: ['#91a7ff', '#ffa94d', '#66d9e8'] },
} as const;

/** Lines over the last two minutes. The numbers of now are beside the title, for those who do not see lines. */
export function LiveChart({ title, points, series, format, steps }: LiveChartProps) {
  const { operator, locale } = useTexts();
  const scheme = useComputedColorScheme('light');
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const latest = points.at(-1);
  const colors = COLORS[scheme].lines;

  // What a chart is made of changes with language and colours only.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rest is the same by then
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const { text, grid, lines } = COLORS[scheme];
    const axis = { stroke: text, grid: { stroke: grid, width: 1 }, ticks: { show: false }, font: '11px system-ui' };
    const clock = (at: number) => new Date(at * 1000).toLocaleTimeString(locale, { hour12: false });
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false } },
        padding: [8, 8, 0, 0],
        scales: {
          x: { range: (_, _first, last) => [last - WINDOW_S, last] },
          y: { range: (_, _low, high) => [0, Math.max(high * 1.1, 1)] },
        },
        axes: [
          { ...axis, size: AXIS_HEIGHT, space: 90, values: (_, ticks) => ticks.map(clock) },
          {
            ...axis,
            size: AXIS_WIDTH,
            space: 34,
            values: (_, ticks) => ticks.map(format),
            ...(steps && { incrs: [...steps] }),
          },
        ],
        series: [
          {},
          ...series.map((_, at) => ({
            stroke: lines[at] ?? lines[0],
            width: 2,
            points: { show: false },
            ...(at === 0 && { fill: `${lines[0]}1c` }),
          })),
        ],
      },
      dataOf(points, series),
      element,
    );
    chart.current = plot;
    const resizes = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    resizes.observe(element);
    return () => {
      resizes.disconnect();
      plot.destroy();
      chart.current = undefined;
    };
  }, [scheme, locale]);

  useEffect(() => chart.current?.setData(dataOf(points, series)), [points, series]);

  return (
    <Paper component="figure" className="chart" withBorder>
      <figcaption>
        <strong>{title}</strong>
        <dl className="legend">
          {series.map(({ name, label }, at) => (
            <div key={name}>
              <dt>
                <span className="swatch" style={{ background: colors[at] ?? colors[0] }} aria-hidden="true" />
                {label}
              </dt>
              <dd>{latest ? format(latest.values[name]) : '–'}</dd>
            </div>
          ))}
        </dl>
      </figcaption>
      <div className="plot" ref={place} role="img" aria-label={title}>
        {!latest && <p className="hint">{operator.noPoints}</p>}
      </div>
    </Paper>
  );
}

function dataOf(points: readonly Point[], series: LiveChartProps['series']): uPlot.AlignedData {
  return [
    points.map(({ at }) => at),
    ...series.map(({ name }) => points.map(({ values }) => values[name])),
  ] as uPlot.AlignedData;
}
