// ECharts, loaded when a view first draws with it: histograms, bars with intervals, tornado.
import type { EChartsCoreOption, EChartsType } from "echarts/core";
import { useEffect, useRef } from "preact/hooks";
import { colour } from "../app/colours";
import { number } from "../app/format";
import { t } from "../app/words";
import { useTheme } from "./common";

const library = async () => (await import("./echarts")).default;

/** `option` is made anew when `deps` or the colours change. The label says to a screen reader what is drawn. */
export function Chart({ option, deps, label, height = 340, name }: {
  option: () => EChartsCoreOption; deps: unknown[]; label: string; height?: number; name: string;
}) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const theme = useTheme();
  useEffect(() => {
    let gone = false;
    const watch = new ResizeObserver(() => chart.current?.resize());
    library().then((core) => {
      if (gone || !place.current) return;
      chart.current ??= core.init(place.current, undefined, { renderer: "canvas" });
      chart.current.setOption({ animation: false, textStyle: { fontFamily: "inherit", color: colour("ink") }, aria: { enabled: true, label: { description: label } }, ...option() }, true);
      place.current.dataset.drawn = "yes";
      watch.observe(place.current);
    });
    return () => { gone = true; watch.disconnect(); };
  }, [theme, ...deps]);
  useEffect(() => () => chart.current?.dispose(), []);
  const save = () => {
    const address = chart.current?.getDataURL({ pixelRatio: 2, backgroundColor: colour("paper") });
    if (address) Object.assign(document.createElement("a"), { href: address, download: `${name}.png` }).click();
  };
  return (
    <div>
      <div ref={place} class="chart" style={{ height: `${height}px` }} role="img" aria-label={label} data-chart={name} />
      <button class="small noprint" onClick={save}>PNG</button>
    </div>
  );
}

/** An axis in the colours of the page. */
export const axis = (name: string, more: object = {}) => ({
  name, nameLocation: "middle", nameGap: 30, nameTextStyle: { color: colour("muted") },
  axisLabel: { color: colour("muted"), ...(("type" in more) && (more as { type: string }).type === "value" ? { formatter: (value: number) => number(value) } : {}) }, axisLine: { lineStyle: { color: colour("muted") } }, splitLine: { lineStyle: { color: colour("grid") } }, ...more,
});

export const tooltip = (more: object = {}) => ({ trigger: "item", backgroundColor: colour("paper"), borderColor: colour("muted"), textStyle: { color: colour("ink") }, confine: true, ...more });
export const unitLabel = (unit: string) => (unit === "share" ? "%" : unit) || t("value");
