// The fleet: what the GPUs do, power, price and PUE on one time axis; and the frontier of power policies.
import { useMemo } from "preact/hooks";
import { query, useApi } from "../app/api";
import { colour, seriesColour } from "../app/colours";
import { Clock, number, scaleOf, words } from "../app/format";
import { setQuery, usePlace } from "../app/router";
import { maybe, t } from "../app/words";
import { axis, Chart, tooltip } from "../parts/chart";
import { JsonLink, Loaded, Replication, useTheme } from "../parts/common";
import { type Line, TimePlot } from "../parts/timeplot";
import type { Detail } from "../pages/run";

type Values = (number | null)[];
interface Course {
  time_s: number[]; gpus: number; classes: { job_class: string; gpus: number[] }[]; down_gpus: number[]; waiting: number[]; draw_w: number[]; reserved_w: number[];
  provisioned_w: number; nameplate_w: number; cooling_w: number[] | null; pue: Values | null; price_usd_per_mwh: Values | null;
}
type Policy = Record<string, number> & { policy: string };
interface Frontier { studies: { name: string; replications: number; policies: Policy[] }[] }

export default function FleetPage({ run, detail }: { run: string; detail: Detail }) {
  const { search } = usePlace();
  const replication = Number(search.get("replication") ?? detail.replications[0] ?? 0);
  const from_s = Number(search.get("from") ?? detail.warm_up_s), to_s = Number(search.get("to") ?? detail.horizon_s);
  const base = `/api/runs/${encodeURIComponent(run)}/fleet`, address = `${base}/course${query({ replication, from_s, to_s, points: 500 })}`;
  const course = useApi<Course>(address), frontier = useApi<Frontier>(`${base}/frontier`);
  const clock = useMemo(() => new Clock(detail.start), [detail.start]);
  const zoom = (from: number, to: number) => setQuery({ from: String(Math.max(0, Math.round(from))), to: String(Math.round(to)) }, false);
  return (
    <>
      <div class="panel row">
        <Replication all={detail.replications} value={replication} change={(one) => setQuery({ replication: String(one) })} />
        <span>{clock.full(from_s)} – {clock.full(to_s)}</span><button onClick={() => setQuery({ from: "0", to: "" })}>{t("zoom_out")}</button>
        <a href={`/run/${encodeURIComponent(run)}/tables/gpu_jobs`}>{t("jobs")}</a><a href={`/run/${encodeURIComponent(run)}/tables/cooling`}>{t("coolant")}</a>
        <span class="spacer" /><JsonLink address={address} />
      </div>
      <Loaded asked={course}>{(data) => <Courses data={data} clock={clock} zoom={zoom} />}</Loaded>
      <section class="panel"><div class="row"><h2>{t("frontier")}</h2><span class="spacer" /><JsonLink address={`${base}/frontier`} /></div>
        <Loaded asked={frontier}>{(data) => data.studies.length ? <>{data.studies.map((one) => <Policies study={one} />)}</> : <p>{t("no_frontier")} <code>racktwin fleet compare {detail.scenario}.yaml --study studies/{detail.scenario}-policies</code></p>}</Loaded>
      </section>
    </>
  );
}

interface Drawn { title: string; note?: string; unit: string; lines: Line[]; height: number; name: string }

function Courses({ data, clock, zoom }: { data: Course; clock: Clock; zoom: (from: number, to: number) => void }) {
  const theme = useTheme();
  const plots = useMemo(() => plotsOf(data), [data, theme]);
  return <>{plots.map((one) => <section class="panel"><h2>{one.title}{one.note && <span class="small muted"> · {one.note}</span>}</h2><TimePlot time_s={data.time_s} lines={one.lines} clock={clock} unit={one.unit} zoom={zoom} height={one.height} name={one.name} label={one.title} /></section>)}</>;
}

function plotsOf(data: Course): Drawn[] {
  const power = scaleOf("W", Math.max(data.provisioned_w, ...data.draw_w)), by = (values: Values) => values.map((one) => (one === null ? null : one / power.by));
  const flat = (value: number) => data.time_s.map(() => value);
  const plots: Drawn[] = [
    { title: t("gpus_by_use"), unit: "GPU", lines: stacked(data), height: 220, name: "fleet-gpus" },
    { title: t("power"), unit: power.unit, height: 200, name: "fleet-power", lines: [
      { label: t("provisioned"), colour: colour("limit"), values: by(flat(data.provisioned_w)), dash: [6, 4] }, { label: t("reserved"), colour: colour("reserved"), values: by(data.reserved_w) },
      { label: t("drawn"), colour: colour("draw"), values: by(data.draw_w), fill: `${colour("draw")}44` }, ...(data.cooling_w ? [{ label: t("coolant"), colour: colour("coolant"), values: by(data.cooling_w) }] : [])] },
  ];
  if (data.price_usd_per_mwh) plots.push({ title: t("price"), unit: "USD/MWh", height: 150, name: "fleet-price", lines: [{ label: t("price"), colour: colour("power"), values: data.price_usd_per_mwh }] });
  if (data.pue) plots.push({ title: "PUE", note: t("pue_about"), unit: "", height: 150, name: "fleet-pue", lines: [{ label: "PUE − 1", colour: colour("coolant"), values: data.pue.map((one) => (one === null ? null : one - 1)) }] });
  return [...plots, { title: t("jobs_waiting"), unit: t("jobs"), height: 150, name: "fleet-waiting", lines: [{ label: t("waiting"), colour: colour("down"), values: data.waiting, fill: `${colour("down")}33` }] }];
}

/** GPUs held by each class, one upon the other, those out of use on top; the highest sum first so that all stay visible. */
function stacked(data: Course): Line[] {
  const parts = [...data.classes.map((one, place) => ({ label: words(one.job_class), values: one.gpus, tone: seriesColour(place) })), { label: t("out_of_use"), values: data.down_gpus, tone: colour("down") }];
  const lines: Line[] = [];
  let below: number[] = data.time_s.map(() => 0);
  for (const one of parts) {
    if (!one.values.some((value) => value > 0)) continue;
    below = one.values.map((value, place) => value + below[place]);
    lines.unshift({ label: one.label, colour: one.tone, values: below, fill: one.tone, width: 0.5 });
  }
  return [...lines, { label: t("all"), colour: colour("ink"), values: data.time_s.map(() => data.gpus), dash: [6, 4] }];
}

const COLUMNS: [string, string, number][] = [["useful_gpu_h_per_day", "GPU-h/d", 1], ["mean_w", "kW", 1e3], ["peak_w", "kW", 1e3], ["kwh_per_gpu_h", "kWh/GPU-h", 1], ["mean_wait_s", "min", 60], ["effective_time_ratio", "%", 0.01], ["per_provisioned_mw", "GPU-h/d/MW", 1]];

function Policies({ study }: { study: Frontier["studies"][number] }) {
  const draw = (field: string, by: number, label: string) => (
    <Chart name={`frontier-${field}`} deps={[study, field]} height={320} label={`${t("frontier")}: ${label}`} option={() => ({
      grid: { left: 26, right: 20, top: 64, bottom: 40, containLabel: true }, legend: { top: 0, textStyle: { color: colour("ink") } },
      tooltip: tooltip({ formatter: (one: any) => `${one.seriesName}<br>${number(one.value[0])} · ${number(one.value[1])} GPU-h/d` }),
      xAxis: axis(label, { type: "value", scale: true }), yAxis: axis("GPU-h/d", { type: "value", scale: true, nameGap: 48 }),
      series: study.policies.map((one, place) => ({ type: "scatter", name: one.policy, symbolSize: 13, symbol: ["circle", "rect", "triangle", "diamond"][place % 4], itemStyle: { color: seriesColour(place) }, data: [[one[field] / by, one.useful_gpu_h_per_day]] })),
    })} />
  );
  const base = study.policies[0];
  return (
    <>
      <p class="small muted">{study.name} · {study.replications} {t("replications")} · {t("base")}: {base.policy} · {t("frontier_about")}</p>
      <div class="grid two">{draw("kwh_per_gpu_h", 1, "kWh / GPU-h")}{draw("peak_w", 1e6, "MW (max)")}</div>
      <div class="scroll" tabIndex={0} role="region" aria-label={t("frontier")}><table class="tight words folded">
        <thead><tr><th scope="col">{t("policy")}</th>{COLUMNS.map(([name, unit]) => <th scope="col" class="num">{maybe(name)}, {unit}</th>)}</tr></thead>
        <tbody>{study.policies.map((one) => <tr><td>{one.policy}</td>{COLUMNS.map(([name, , by]) => <td class="num">{number(one[name] / by)}</td>)}</tr>)}</tbody>
      </table></div>
    </>
  );
}
