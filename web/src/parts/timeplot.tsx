// uPlot, loaded when first drawn: thousands of points on a time axis that several plots share.
import { useEffect, useRef } from "preact/hooks";
import type uPlot from "uplot";
import { colour } from "../app/colours";
import { type Clock, number } from "../app/format";
import { locale, t } from "../app/words";
import { useTheme } from "./common";
import { Png } from "./save";

export interface Line { label: string; colour: string; values: (number | null)[]; dash?: number[]; fill?: string; width?: number }

/** `edges`: where the plot begins and ends, px from its own; `span`: the moments there, s. By default as the numbers need. */
export function TimePlot({ time_s, lines, clock, unit, height = 200, zoom, name, label, edges, span }: {
  edges?: [number, number]; span?: [number, number];
  time_s: number[]; lines: Line[]; clock: Clock; unit: string; height?: number; zoom?: (from_s: number, to_s: number) => void; name: string; label: string;
}) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const theme = useTheme();
  useEffect(() => {
    let gone = false;
    const watch = new ResizeObserver(() => { if (place.current) plot.current?.setSize({ width: place.current.clientWidth, height }); }); // it may fire once more after the plot has gone
    Promise.all([import("uplot"), import("uplot/dist/uPlot.min.css")]).then(([{ default: UPlot }]) => {
      if (gone || !place.current) return;
      plot.current?.destroy();
      const axis = { stroke: colour("muted"), grid: { stroke: colour("grid"), width: 1 }, ticks: { stroke: colour("grid") } };
      plot.current = new UPlot({
        width: place.current.clientWidth || 600, height, tzDate: (at) => UPlot.tzDate(new Date(at * 1e3), "UTC"),
        cursor: { sync: { key: "time" }, drag: { x: true, y: false, setScale: false } },
        hooks: { setSelect: [(u) => {
          if (u.select.width > 4 && zoom) zoom(clock.after(u.posToVal(u.select.left, "x")), clock.after(u.posToVal(u.select.left + u.select.width, "x")));
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        }] },
        padding: [null, edges?.[1] ?? null, null, null],
        axes: [{ ...axis, values: dates }, { ...axis, size: edges ? edges[0] - 18 : 64, label: unit, labelSize: 18, values: (_, ticks) => ticks.map((one) => number(one)) }],
        scales: { ...(span ? { x: { range: [clock.epoch(span[0]), clock.epoch(span[1])] } } : {}), y: { range: (_, low, high) => [Math.min(0, low ?? 0), (high || 1) * 1.06] } },
        series: [{ label: t("clock"), value: (_, at) => (at === null ? "–" : clock.full(clock.after(at))) }, ...lines.map((line) => ({
          label: line.label, stroke: line.colour, dash: line.dash, fill: line.fill, width: line.width ?? 1.6, spanGaps: true, points: { show: false },
          value: (_: uPlot, value: number | null) => (value === null ? "–" : `${number(value)} ${unit}`),
        }))],
      }, [time_s.map((one) => clock.epoch(one)), ...lines.map((line) => line.values)] as uPlot.AlignedData, place.current);
      place.current.dataset.drawn = "yes";
      watch.observe(place.current);
    });
    return () => { gone = true; watch.disconnect(); };
  }, [time_s, lines, theme, height, edges?.[0], edges?.[1], span?.[0], span?.[1]]);
  useEffect(() => () => plot.current?.destroy(), []);
  return (
    <>
      <div ref={place} class="plot" role="img" aria-label={label} data-plot={name} style={{ minHeight: `${height}px` }} />
      <Png of={() => plot.current?.ctx.canvas} name={name} />
    </>
  );
}

const said = (at: number, shown: Intl.DateTimeFormatOptions) => new Date(at * 1e3).toLocaleString(locale(), { timeZone: "UTC", ...shown });

/** Marks of a time axis in the reader's language: hours with their day, days with their year, where either begins. */
function dates(plot: uPlot, splits: number[], __: number, ___: number, step_s: number): string[] {
  const isClock = step_s < 86400;
  const upper = splits.map((at) => said(at, isClock ? { hour: "2-digit", minute: "2-digit" } : step_s < 27 * 86400 ? { day: "numeric", month: "short" } : { month: "short" }));
  const lower = splits.map((at) => said(at, isClock ? { day: "numeric", month: "short" } : { year: "numeric" }));
  const { min = 0, max = 0 } = plot.scales.x, crowded = max! - 0.03 * (max! - min!); // a mark at the very end would be cut off
  return upper.map((one, place) => (splits[place] > crowded ? "" : place === 0 || lower[place] !== lower[place - 1] ? `${one}\n${lower[place]}` : one));
}
