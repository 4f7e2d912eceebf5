// The schedule: bars of every work unit, and the power curve under them on the same time axis.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { query, useApi } from "../app/api";
import { colour } from "../app/colours";
import { Clock, number, quantity, scaleOf, words } from "../app/format";
import { setQuery, usePlace } from "../app/router";
import { maybe, t } from "../app/words";
import { JsonLink, Loaded, Replication, useTheme } from "../parts/common";
import { Png } from "../parts/save";
import { TimePlot } from "../parts/timeplot";
import type { Detail } from "../pages/run";
import { Planned } from "./planned";
import { WhatIf } from "./what-if";
import { barAt, drawGantt, type Plan, LEFT, ROW, TONES } from "./gantt";

interface Limits { time_s: number[]; series: Record<string, any>[] }

export default function SchedulePage({ run, detail }: { run: string; detail: Detail }) {
  const { search } = usePlace();
  const replication = Number(search.get("replication") ?? detail.replications[0] ?? 0);
  const begin = Number(search.get("from") ?? detail.warm_up_s), end = Number(search.get("to") ?? Math.min(detail.horizon_s, detail.warm_up_s + 14 * 86400));
  const centers = search.getAll("work_center"), order = search.get("order") ?? "";
  const clock = useMemo(() => new Clock(detail.start), [detail.start]);
  const base = `/api/runs/${encodeURIComponent(run)}`;
  const address = `${base}/schedule${query({ replication, from_s: begin, to_s: end, work_center: centers, order_number: order })}`;
  const plan = useApi<Plan>(address);
  const power = useApi<Limits>(`${base}/series/limits${query({ replication, from_s: begin, to_s: end, points: 600 })}`);
  const [bar_px, setBar] = useState(0);
  const floor = useApi<Supply & { centers: { name: string }[] }>(`${base}/floor?replication=${replication}`);
  const zoom = (from: number, to: number) => setQuery({ from: String(Math.max(0, Math.round(from))), to: String(Math.round(Math.min(detail.horizon_s, to))) }, false);
  const scaled = (factor: number, shift = 0) => { const middle = (begin + end) / 2 + shift * (end - begin), half = ((end - begin) / 2) * factor; zoom(middle - half, middle + half); };
  return (
    <>
      <div class="panel row">
        <Replication all={detail.replications} value={replication} change={(one) => setQuery({ replication: String(one) })} />
        <label>{t("cell")}<select value={centers[0] ?? ""} onChange={(event) => setQuery({ work_center: event.currentTarget.value }, false)}><option value="">{t("all")}</option>{floor.data?.centers.map((one) => <option value={one.name}>{words(one.name)}</option>)}</select></label>
        <label>{t("order")}<input type="number" min={0} style={{ width: "7rem" }} value={order} onChange={(event) => setQuery({ order: event.currentTarget.value }, false)} /></label>
        <button onClick={() => scaled(0.5)} aria-label="+">+</button><button onClick={() => scaled(2)} aria-label="−">−</button><button onClick={() => scaled(1, -0.5)} aria-label={t("previous")}>◀</button><button onClick={() => scaled(1, 0.5)} aria-label={t("next")}>▶</button>
        <button onClick={() => zoom(0, detail.horizon_s)}>{t("zoom_out")}</button>
        <span class="small">{clock.full(begin)} – {clock.full(end)}</span><span class="spacer" /><JsonLink address={address} />
      </div>
      <Loaded asked={plan}>{(data) => <Gantt data={data} clock={clock} zoom={zoom} run={run} told={setBar} />}</Loaded>
      <Loaded asked={power}>{(data) => (floor.data ? <Curves data={data} clock={clock} zoom={zoom} supply={floor.data} span={[begin, end]} right={bar_px} /> : null)}</Loaded>
      <Planned run={run} replication={replication} clock={clock} scenario={detail.scenario} />
    </>
  );
}

/** `told` hears how wide the scroll bar is that lies beside the bars. */
function Gantt({ data, clock, zoom, run, told }: { data: Plan; clock: Clock; zoom: Zoom; run: string; told: (bar_px: number) => void }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  const [picked, setPicked] = useState(-1);
  const [width, setWidth] = useState(900);
  const drag = useRef<number | null>(null), grabbed = useRef(-1);
  const [days, setDays] = useState(0);
  const height = 22 + data.units.length * ROW;
  useEffect(() => {
    const place = canvas.current?.parentElement;
    if (!place) return;
    const watch = new ResizeObserver(() => { setWidth(place.clientWidth); told(place.offsetWidth - place.clientWidth); });
    watch.observe(place);
    return () => watch.disconnect();
  }, []);
  useEffect(() => { if (canvas.current) drawGantt(canvas.current, data, clock, width, height, picked); }, [data, theme, width, picked]);
  const time = (event: MouseEvent) => data.from_s + ((event.offsetX - LEFT) / (width - LEFT)) * (data.to_s - data.from_s);
  const up = (event: MouseEvent) => {
    const from = drag.current, to = time(event);
    drag.current = null;
    if (grabbed.current >= 0 && from !== null) {
      setPicked(grabbed.current);
      setDays(Math.round((2 * (to - from)) / 86400) / 2);
      grabbed.current = -1;
      return;
    }
    if (from !== null && Math.abs(to - from) > (data.to_s - data.from_s) * 0.01) zoom(Math.min(from, to), Math.max(from, to));
    else setPicked(barAt(data, event.offsetX, event.offsetY, width));
  };
  const bars = data.bars;
  return (
    <section class="panel">
      <p class="small muted" role="status">{number(data.total, 12)} {t("visits")} {data.merged ? `${t("merged")} (${bars.unit.length})` : <span class="noprint">· {t("drag_hint")}</span>}</p>
      <div class="scroll" style={{ maxHeight: "56vh" }} tabIndex={0} role="region" aria-label={t("schedule")}>
        <canvas ref={canvas} role="img" aria-label={`${t("schedule")}: ${data.units.length} × ${bars.unit.length}`} data-bars={bars.unit.length} style={{ width: `${width}px`, height: `${height}px` }} onMouseDown={(event) => { drag.current = time(event); grabbed.current = event.shiftKey ? barAt(data, event.offsetX, event.offsetY, width) : -1; }} onMouseUp={up} />
      </div>
      <div class="legend" style={{ marginTop: ".4rem" }} key={theme}><Png of={() => canvas.current} name={`${run}-schedule`} />{Object.entries(TONES).filter(([name]) => bars.outcome.includes(name)).concat([["blocked", "blocked"]]).map(([name, tone]) => <span style={{ "--c": colour(tone) }}>{maybe(name)}</span>)}</div>
      {picked >= 0 && <p role="status">
        <b>{words(data.units[bars.unit[picked]].work_center)} {data.units[bars.unit[picked]].work_unit}</b> · {bars.count[picked] > 1 ? `${bars.count[picked]} ${t("visits")}` : `${words(bars.operation[picked])} · ${words(bars.part[picked])} ${bars.serial_number[picked] >= 0 ? bars.serial_number[picked] : ""}`} · {clock.full(bars.start_s[picked])} – {clock.full(bars.end_s[picked])} ({quantity(bars.end_s[picked] - bars.start_s[picked], "s")}) · {words(maybe(bars.outcome[picked]))}
        {bars.order_number[picked] >= 0 && <> · <button onClick={() => setQuery({ order: String(bars.order_number[picked]), work_center: "" }, false)}>{t("order")} {bars.order_number[picked]}</button></>}
      </p>}
      {picked >= 0 && bars.order_number[picked] >= 0 && <WhatIf key={bars.order_number[picked]} run={run} replication={data.replication} order={bars.order_number[picked]} days={days} clock={clock} />}
    </section>
  );
}

type Zoom = (from: number, to: number) => void;
interface Shared { data: Limits; clock: Clock; zoom: Zoom; span: [number, number]; right: number }
interface Supply { feeds: { name: string; parent: string | null }[]; loops: { name: string; parent: string | null }[] }

/** A feed's power and a loop's heat under the bars, on their time axis: those that the others hang on, or those chosen. */
function Curves({ supply, ...axis }: { supply: Supply } & Shared) {
  const { data } = axis;
  const { search } = usePlace();
  return <>{([["feed", "power", supply.feeds], ["loop", "heat", supply.loops]] as const).map(([word, kind, named]) => {
    const known = named.map((one) => one.name), there = data.series.filter((one) => one.quantity === kind && known.includes(one.name));
    const roots = named.filter((one) => !one.parent).map((one) => one.name), wanted = search.get(word) ?? "";
    const chosen = there.find((one) => one.name === wanted) ?? there.filter((one) => roots.includes(one.name)).sort((a, b) => Math.max(...b.limit) - Math.max(...a.limit))[0] ?? there[0];
    return (
      <section class="panel">
        <div class="row"><h2>{t(kind === "power" ? "power" : "coolant")}</h2>
          {chosen && <label>{t(word)}<select value={chosen.name} onChange={(event) => setQuery({ [word]: event.currentTarget.value })}>{there.map((one) => <option value={one.name}>{words(one.name)}</option>)}</select></label>}</div>
        {chosen ? <Curve {...axis} one={chosen} tone={kind === "power" ? "draw" : "coolant"} name={kind} /> : <p class="muted">{t("nothing")}</p>}
      </section>
    );
  })}</>;
}

function Curve({ data, one, clock, zoom, span, right, tone, name }: { one: Record<string, any>; tone: string; name: string } & Shared) {
  const theme = useTheme(), scale = scaleOf("W", Math.max(...one.limit));
  const lines = useMemo(() => {
    const line = (label: string, shade: string, values: number[], more = {}) => ({ label, colour: colour(shade), values: values.map((value) => value / scale.by), ...more });
    return [line(t("peak"), "operation_1", one.draw_peak), line(t("mean"), tone, one.draw, { fill: `${colour(tone)}44` }), line(t("reserved"), "reserved", one.reserved), line(t("limit"), "limit", one.limit, { dash: [6, 4] })];
  }, [one, theme]);
  return <TimePlot time_s={data.time_s} span={span} edges={[LEFT, right]} lines={lines} clock={clock} unit={scale.unit} zoom={zoom} height={170} name={name} label={words(one.name)} />;
}
