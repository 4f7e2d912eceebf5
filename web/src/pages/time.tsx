// Courses over time on one axis: power and cooling against their limits, people, pieces, states of a work center.
import { useMemo } from "preact/hooks";
import { query, useApi } from "../app/api";
import { colour, seriesColour, stateColour } from "../app/colours";
import { Clock, scaleOf, words } from "../app/format";
import { setQuery, usePlace } from "../app/router";
import { maybe, t } from "../app/words";
import { JsonLink, Loaded, Replication } from "../parts/common";
import { type Line, TimePlot } from "../parts/timeplot";
import type { Detail } from "./run";

interface Series { time_s: number[]; series: Record<string, any>[] }

export function Time({ run, detail }: { run: string; detail: Detail }) {
  const { search } = usePlace();
  const replication = Number(search.get("replication") ?? detail.replications[0] ?? 0);
  const from_s = Number(search.get("from") ?? 0), to_s = Number(search.get("to") ?? detail.horizon_s);
  const asked = query({ replication, from_s, to_s, points: 500 });
  const base = `/api/runs/${encodeURIComponent(run)}/series`;
  const limits = useApi<Series>(`${base}/limits${asked}`), labour = useApi<Series>(`${base}/labour${asked}`);
  const wip = useApi<Series>(`${base}/wip${asked}`), states = useApi<Series>(`${base}/states${asked}`);
  const clock = useMemo(() => new Clock(detail.start), [detail.start]);
  const zoom = (from: number, to: number) => setQuery({ from: String(Math.max(0, Math.round(from))), to: String(Math.round(to)) }, false);
  return (
    <>
      <div class="panel row">
        <Replication all={detail.replications} value={replication} change={(one) => setQuery({ replication: String(one) })} />
        <span>{clock.full(from_s)} – {clock.full(to_s)}</span>
        <button onClick={() => setQuery({ from: "", to: "" })}>{t("zoom_out")}</button>
        <span class="spacer" /><JsonLink address={`${base}/limits${asked}`} />
      </div>
      <Loaded asked={limits}>{(data) => <div class="grid two">{data.series.map((one) => <section class="panel"><h2>{words(one.name)} · {one.quantity === "power" ? t("power") : `${t("coolant")} (${maybe(one.quantity)})`}</h2><Limit data={data} one={one} clock={clock} zoom={zoom} /></section>)}</div>}</Loaded>
      <Loaded asked={labour}>{(data) => <div class="grid two">{data.series.map((one) => <section class="panel"><h2>{t("people")} · {words(one.operator_group)}</h2>
        <Drawn data={data} clock={clock} zoom={zoom} unit="" name={`labour-${one.operator_group}`} lines={[line(t("present"), colour("muted"), one.present), line(t("busy"), colour("people"), one.busy, true), line(t("waiting"), colour("limit"), one.waiting)]} /></section>)}</div>}</Loaded>
      <Loaded asked={wip}>{(data) => <section class="panel"><h2>{t("wip")}</h2><Drawn data={data} clock={clock} zoom={zoom} unit="" name="wip" lines={data.series.map((one, place) => line(one.part, seriesColour(place), one.count))} /></section>}</Loaded>
      <Loaded asked={states}>{(data) => <div class="grid two">{[...new Set(data.series.map((one) => one.work_center))].map((center) => <section class="panel"><h2>{t("states")} · {words(center)}</h2>
        <Drawn data={data} clock={clock} zoom={zoom} unit="" height={150} name={`states-${center}`} lines={stacked(data.series.filter((one) => one.work_center === center))} /></section>)}</div>}</Loaded>
    </>
  );
}

const line = (label: string, stroke: string, values: number[], filled = false): Line => ({ label, colour: stroke, values, fill: filled ? `${stroke}44` : undefined });

/** Units in each state, one upon the other; the highest sum is drawn first so that all stay visible. */
function stacked(series: Record<string, any>[]): Line[] {
  const sums: Line[] = [];
  let below: number[] = [];
  for (const one of series) {
    below = one.count.map((count: number, place: number) => count + (below[place] ?? 0));
    sums.unshift({ label: words(maybe(one.state)), colour: stateColour(one.state), values: below, fill: stateColour(one.state), width: 0.5 });
  }
  return sums;
}

type Zoom = (from_s: number, to_s: number) => void;
function Limit({ data, one, clock, zoom }: { data: Series; one: Record<string, any>; clock: Clock; zoom: Zoom }) {
  const unit = { power: "W", heat: "W", flow: "m3/s" }[one.quantity as string] ?? "";
  const lines = useMemo(() => {
    const scale = scaleOf(unit, Math.max(...one.limit)), by = (values: number[]) => values.map((value) => value / scale.by);
    return [line(t("peak"), colour("operation_1"), by(one.draw_peak)), line(t("mean"), colour("draw"), by(one.draw), true), line(t("reserved"), colour("reserved"), by(one.reserved)), { ...line(t("limit"), colour("limit"), by(one.limit)), dash: [6, 4] }];
  }, [one]);
  return <TimePlot time_s={data.time_s} lines={lines} clock={clock} unit={scaleOf(unit, Math.max(...one.limit)).unit} zoom={zoom} name={`${one.name}-${one.quantity}`} label={`${words(one.name)} ${one.quantity}`} />;
}

function Drawn({ data, lines, clock, zoom, unit, name, height }: { data: Series; lines: Line[]; clock: Clock; zoom: Zoom; unit: string; name: string; height?: number }) {
  const kept = useMemo(() => lines, [data]);
  return <TimePlot time_s={data.time_s} lines={kept} clock={clock} unit={unit} zoom={zoom} name={name} label={words(name)} height={height} />;
}
