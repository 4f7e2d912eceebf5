// Two or more runs side by side: each less the first, with the interval of the difference.
import { useState } from "preact/hooks";
import { query, useApi } from "../app/api";
import { estimate, quantity, unitOfKpi } from "../app/format";
import { usePlace } from "../app/router";
import { t } from "../app/words";
import { axis, Chart, tooltip } from "../parts/chart";
import { colour, seriesColour } from "../app/colours";
import { Empty, JsonLink, Loaded } from "../parts/common";
import { Csv } from "../parts/save";

interface Difference { kpi: string; subject: string; mean_a: number | null; mean_b: number | null; difference: number | null; half_width: number | null; n: number; paired: boolean; significant: boolean }
interface Compared { base: string; runs: { run: string; differences: Difference[] }[]; kpis: Record<string, { title: string; unit: string; is_share: boolean; direction: string; formula: string }> }

export function Compare() {
  const { search } = usePlace();
  const names = search.getAll("run");
  const address = names.length > 1 ? `/api/compare${query({ run: names })}` : "";
  const asked = useApi<Compared>(address);
  const [only, setOnly] = useState(true), [sought, setSought] = useState("");
  if (!address) return <><h1>{t("compare")}</h1><Empty>{t("choose_two")}</Empty></>;
  return (
    <>
      <h1>{t("compare")}: {names.join(" · ")}</h1>
      <Loaded asked={asked}>
        {(data) => (
          <>
            <div class="panel"><RelativeChart data={data} /></div>
            <div class="panel">
              <div class="row"><label><input type="checkbox" checked={only} onChange={(event) => setOnly(event.currentTarget.checked)} />{t("only_significant")}</label><label>{t("search")}<input type="search" value={sought} onInput={(event) => setSought(event.currentTarget.value)} /></label><span class="spacer" /><Csv name={`compare-${names.join("-")}`} rows={() => listed(data)} /><JsonLink address={address} /></div>
              <div class="scroll" style={{ maxHeight: "75vh" }} tabIndex={0} role="region" aria-label={t("difference")}>
                <table class="tight">
                  <thead><tr><th scope="col">KPI</th><th scope="col">{t("group_by")}</th><th scope="col" class="num">{t("base")}: {data.base}</th>{data.runs.map((run) => <th scope="col" class="num">{run.run} − {data.base} ± 95 %</th>)}</tr></thead>
                  <tbody>{rows(data, only, sought).length === 0 && <tr><td colSpan={3 + data.runs.length} class="muted">{t("no_difference")}</td></tr>}{rows(data, only, sought).map(({ first, all }) => (
                    <tr>
                      <td class="folds" title={data.kpis[first.kpi]?.formula}>{data.kpis[first.kpi]?.title ?? first.kpi}</td><td class="folds">{first.subject || t("all")}</td>
                      <td class="num">{quantity(first.mean_a, unitOfKpi(data.kpis[first.kpi]))}</td>
                      {all.map((one) => <td class={`num ${tone(one, data)}`}>{estimate(one.difference, one.half_width, unitOfKpi(data.kpis[one.kpi], true))}{one.significant ? " *" : ""}</td>)}
                    </tr>))}
                  </tbody>
                </table>
              </div>
            </div>
          </>
        )}
      </Loaded>
    </>
  );
}

function listed(data: Compared): unknown[][] {
  const head = ["kpi", "subject", "unit", "run", "base", "mean_base", "mean_run", "difference", "half_width_95"];
  return [head, ...data.runs.flatMap((run) => run.differences.map((one) => [one.kpi, one.subject, data.kpis[one.kpi]?.unit, run.run, data.base, one.mean_a, one.mean_b, one.difference, one.half_width]))];
}

function rows(data: Compared, only: boolean, sought: string) {
  const has = (one: Difference) => `${one.kpi} ${data.kpis[one.kpi]?.title} ${one.subject}`.toLowerCase().includes(sought.toLowerCase());
  return data.runs[0].differences
    .map((first, place) => ({ first, all: data.runs.map((run) => run.differences[place] ?? first) }))
    .filter(({ first, all }) => has(first) && (!only || all.some((one) => one.significant && one.difference !== null && one.difference !== 0)));
}

function tone(one: Difference, data: Compared): string {
  const direction = data.kpis[one.kpi]?.direction;
  if (!one.significant || !one.difference || direction === "neither") return "";
  return one.difference > 0 === (direction === "higher") ? "good" : "bad";
}

/** Plant-wide differences as percent of the base, with their intervals. */
function RelativeChart({ data }: { data: Compared }) {
  const wide = data.runs[0].differences.filter((one) => !one.subject && one.mean_a);
  const names = wide.map((one) => data.kpis[one.kpi]?.title ?? one.kpi);
  const of = (run: Compared["runs"][number]) => wide.map((one) => run.differences.find((other) => other.kpi === one.kpi && !other.subject)!);
  return (
    <Chart name="compare" deps={[data]} height={90 + 26 * wide.length} label={`${t("difference")}: ${data.runs.map((run) => run.run).join(", ")}`}
      option={() => ({
        grid: { left: 8, right: 24, top: 30, bottom: 45, containLabel: true }, legend: { top: 0, textStyle: { color: colour("ink") } }, tooltip: tooltip(),
        xAxis: axis("% ± 95 %", { type: "value" }), yAxis: axis("", { type: "category", data: names, inverse: true, splitLine: { show: false } }),
        series: data.runs.flatMap((run, place) => [
          { type: "scatter", name: run.run, symbolSize: 9, itemStyle: { color: seriesColour(place) }, data: of(run).map((one, at) => [(100 * (one.difference ?? 0)) / one.mean_a!, at]) },
          { type: "custom", name: run.run, silent: true, itemStyle: { color: seriesColour(place) }, data: of(run).map((one, at) => [(100 * ((one.difference ?? 0) - (one.half_width ?? 0))) / one.mean_a!, (100 * ((one.difference ?? 0) + (one.half_width ?? 0))) / one.mean_a!, at]),
            encode: { x: [0, 1], y: 2 },
            renderItem: (_: unknown, api: any) => { const [a, b] = [api.coord([api.value(0), api.value(2)]), api.coord([api.value(1), api.value(2)])]; return { type: "line", shape: { x1: a[0], y1: a[1], x2: b[0], y2: b[1] }, style: { stroke: seriesColour(place), lineWidth: 2 } }; } },
        ]),
      })} />
  );
}
