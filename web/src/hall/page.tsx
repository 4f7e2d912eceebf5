// The hall: racks in their rows as a heat map that plays, the feed tree, one rack from the front, the jobs.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { query, useApi } from "../app/api";
import { seriesColour } from "../app/colours";
import { Clock, quantity, words } from "../app/format";
import { setQuery, usePlace } from "../app/router";
import { maybe, t } from "../app/words";
import { JsonLink, Loaded, Replication, useTheme } from "../parts/common";
import { endsOf, Heat } from "../parts/heat";
import { Png } from "../parts/save";
import { tone } from "../parts/tone";
import type { Detail } from "../pages/run";
import { drawHall, rackAt } from "./draw";
import { Elevation } from "./elevation";
import { Feeds } from "./feeds";
import { Jobs } from "./jobs";
import { type Grid, type Meta, type Moment, neighbour, planOf } from "./meta";
import { shownValue, told } from "./measure";

const POINTS = 300, RATES = [4, 12, 30];

export default function HallPage({ run, detail }: { run: string; detail: Detail }) {
  const { search } = usePlace();
  const replication = Number(search.get("replication") ?? detail.replications[0] ?? 0);
  const meta = useApi<Meta>(`/api/runs/${encodeURIComponent(run)}/hall${query({ replication })}`);
  return <Loaded asked={meta}>{(data) => <Hall key={data.replication} meta={data} detail={detail} />}</Loaded>;
}

function Hall({ meta, detail }: { meta: Meta; detail: Detail }) {
  const { search } = usePlace();
  const clock = useMemo(() => new Clock(meta.start), [meta]);
  const begin = Number(search.get("from") ?? 0), end = Number(search.get("to") ?? meta.horizon_s);
  const [now_s, setNow] = useState(Number(search.get("t") ?? meta.warm_up_s));
  const asked_s = useSettled(now_s);
  const measure = search.get("measure") ?? "power", counted = measure === "job" ? "power" : measure;
  const base = `/api/runs/${encodeURIComponent(meta.run)}/hall`, words_ = { replication: meta.replication };
  const address = `${base}/grid${query({ ...words_, from_s: begin, to_s: end, points: POINTS, measure: counted })}`;
  const grid = useApi<Grid>(address);
  const power = useApi<Grid>(counted === "power" ? "" : `${base}/grid${query({ ...words_, from_s: begin, to_s: end, points: POINTS, measure: "power" })}`);
  const moment = useApi<Moment>(`${base}/moment${query({ ...words_, at_s: asked_s })}`);
  const job = search.get("job") ?? "", picked = meta.racks.findIndex((one) => one.rack === search.get("rack"));
  const step_s = (end - begin) / POINTS;
  const place = Math.max(0, Math.min(POINTS - 1, Math.floor((now_s - begin) / step_s)));
  const seek = (to: number, kept = true) => { const at = Math.max(0, Math.min(meta.horizon_s, to)); setNow(at); if (kept) setQuery({ t: String(Math.round(at)) }); };
  const [playing, setPlaying] = usePlaying(now_s, end, (at) => setNow(at), step_s, Number(search.get("rate") ?? RATES[0]));
  const around = (span: number) => setQuery(span ? { from: String(Math.max(0, Math.round(now_s - span / 2))), to: String(Math.min(meta.horizon_s, Math.round(now_s + span / 2))), t: String(Math.round(now_s)) } : { from: "", to: "" }, false);
  const stop = () => { setPlaying(false); setQuery({ t: String(Math.round(now_s)) }); };
  const pick = (rack: string) => setQuery({ rack });
  return (
    <>
      <div class="panel row">
        <button class="main" aria-pressed={playing} onClick={() => (playing ? stop() : setPlaying(true))}>{playing ? t("pause") : t("play")}</button>
        <label>{t("speed")}<select value={search.get("rate") ?? RATES[0]} onChange={(event) => setQuery({ rate: event.currentTarget.value })}>{RATES.map((one) => <option value={one}>{quantity(one * step_s, "s", 2)}/s</option>)}</select></label>
        <input type="range" min={begin} max={end} step={Math.max(1, Math.round(step_s / 4))} value={now_s} aria-label={t("time")} aria-valuetext={clock.full(now_s)} onInput={(event) => seek(Number(event.currentTarget.value), false)} onChange={() => setQuery({ t: String(Math.round(now_s)) })} />
        <output style={{ minWidth: "13rem" }}>{clock.full(now_s)}{now_s < meta.warm_up_s ? ` · ${t("warm_up")}` : ""}</output>
        <Replication all={detail.replications} value={meta.replication} change={(one) => setQuery({ replication: String(one) })} />
        <button onClick={() => around(0)} disabled={begin === 0 && end === meta.horizon_s}>{t("zoom_out")}</button><button onClick={() => around(7 * 86400)}>{t("week")}</button><button onClick={() => around(86400)}>{t("day")}</button>
      </div>
      <div class="panel row" role="group" aria-label={t("coloured_by")}>
        <span>{t("coloured_by")}</span>
        {[...Object.keys(meta.measures), "job"].map((one) => <button aria-pressed={one === measure} onClick={() => setQuery({ measure: one === "power" ? "" : one })}>{maybe(`hall_${one}`)}</button>)}
        <label>{t("rack")}<select value={search.get("rack") ?? ""} onChange={(event) => pick(event.currentTarget.value)}><option value="">–</option>{meta.racks.map((one) => <option>{one.rack}</option>)}</select></label>
        {job && <button onClick={() => setQuery({ job: "" })}>{job} ✕</button>}
        <span class="spacer" /><JsonLink address={address} />
      </div>
      <Loaded asked={grid}>
        {(data) => (
          <>
            <div class="floor">
              <Stage meta={meta} data={data} place={place} moment={moment.data} measure={measure} job={job} picked={picked} pick={(rack) => pick(rack === search.get("rack") ? "" : rack)} />
              <aside class="panel" aria-label={t("limit")}>
                {moment.data && <p class="small"><b>{moment.data.at_work}</b> {t("jobs_at_work")} · <b>{moment.data.waiting}</b> {t("waiting")} · <b>{quantity(moment.data.busy_gpus / (moment.data.gpus || 1), "share")}</b> {t("gpus_held")}</p>}
                <Feeds meta={meta} moment={moment.data} />
                {moment.data?.cooling && <p class="small">{t("coolant_supply")} {told(moment.data.cooling.supply_k, "K")} · {t("coolant_return")} {told(moment.data.cooling.return_k, "K")}</p>}
              </aside>
            </div>
            <Chosen meta={meta} picked={picked} drawn={data.unit === "W" ? data : power.data} at_s={asked_s} clock={clock} close={() => pick("")} mark={(one) => setQuery({ job: one })} />
            <Overview meta={meta} data={data} place={place} picked={picked} measure={counted} choose={(at, rack) => { seek(data.time_s[at]); pick(rack); }} />
          </>
        )}
      </Loaded>
      <Jobs meta={meta} at_s={asked_s} clock={clock} marked={job} mark={(one) => setQuery({ job: one })} seek={(at) => seek(at + 1)} />
    </>
  );
}

function Stage({ meta, data, place, moment, measure, job, picked, pick }: { meta: Meta; data: Grid; place: number; moment: Moment | undefined; measure: string; job: string; picked: number; pick: (rack: string) => void }) {
  const canvas = useRef<HTMLCanvasElement>(null), stage = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  const [width, setWidth] = useState(900);
  const [hint, setHint] = useState("");
  useEffect(() => { const watch = new ResizeObserver(() => setWidth(stage.current?.clientWidth ?? 900)); if (stage.current) watch.observe(stage.current); return () => watch.disconnect(); }, []);
  const placed = useApi<{ placements: { rack: string; start_s: number; end_s: number }[] }>(job ? `/api/runs/${encodeURIComponent(meta.run)}/hall/job${query({ replication: meta.replication, job })}` : "");
  const plan = useMemo(() => planOf(meta.racks, width), [meta, width]);
  const ends = useMemo(() => endsFor(measure === "job" ? "power" : measure, data, meta), [data, measure]);
  const isJob = measure === "job";
  useEffect(() => {
    if (!canvas.current) return;
    const value = data.values.map((row) => row[place]);
    const marked = new Set(job && placed.data ? placed.data.placements.filter((one) => one.start_s <= data.edges_s[place + 1] && one.end_s > data.edges_s[place]).map((one) => one.rack) : []);
    const text = isJob ? (moment?.racks.jobs.map((many) => (many ? String(many) : "")) ?? []) : value.map((one) => shownValue(one, measure));
    drawHall(canvas.current, plan, meta.racks, { value, text, ends, classes: isJob ? (moment?.racks.top_class ?? meta.racks.map(() => "")) : null, moment: moment ?? null, marked, picked }, meta.job_classes);
    canvas.current.dataset.drawn = "yes";
  }, [data, place, moment, theme, plan, measure, picked, placed.data, job]);
  const over = (event: MouseEvent) => {
    const i = rackAt(plan, event.offsetX, event.offsetY);
    setHint(i < 0 ? "" : `${meta.racks[i].rack}: ${measure === "job" ? "" : told(data.values[i][place], data.unit)}${moment ? ` · ${Math.round(moment.racks.busy_gpus[i])} / ${meta.racks[i].gpus} GPU · ${words(moment.racks.top_job[i])}` : ""}`);
  };
  const walk = (event: KeyboardEvent) => {
    const to = { ArrowLeft: picked - 1, ArrowRight: picked + 1, ArrowUp: neighbour(plan, picked, -1), ArrowDown: neighbour(plan, picked, 1) }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = picked < 0 ? 0 : Math.max(0, Math.min(meta.racks.length - 1, to));
    if (next !== picked) pick(meta.racks[next].rack);
  };
  return (
    <div class="panel">
      <div ref={stage} class="scroll" style={{ maxHeight: "60vh" }} tabIndex={0} role="application" aria-label={`${t("hall")}. ${t("rack_keys")}`} onKeyDown={walk}>
        <canvas ref={canvas} role="img" data-hall={meta.racks.length} aria-label={`${t("hall")}: ${meta.racks.length} ${t("racks")}, ${maybe(`hall_${measure}`)}`} style={{ width: `${plan.width}px`, height: `${plan.height}px`, cursor: "pointer" }} onMouseMove={over} onClick={(event) => { const i = rackAt(plan, event.offsetX, event.offsetY); if (i >= 0) pick(meta.racks[i].rack); }} />
      </div>
      <p class="small" style={{ minHeight: "1.3em", margin: ".4rem 0" }}>{hint || <span class="muted">{measure === "job" ? t("hall_job_about") : data.about}</span>}</p>
      <Png of={() => canvas.current} name={`${meta.run}-hall-${measure}`} />
      {isJob ? <div class="legend" key={theme}>{meta.job_classes.map((one, at) => <span style={{ "--c": seriesColour(at) }}>{words(one)}</span>)}</div> : <Scale key={theme} ends={ends} unit={data.unit} />}
    </div>
  );
}

function Chosen({ meta, picked, drawn, ...more }: { meta: Meta; picked: number; drawn: Grid | undefined; at_s: number; clock: Clock; close: () => void; mark: (job: string) => void }) {
  return picked < 0 || !drawn ? null : <Elevation meta={meta} rack={meta.racks[picked]} row={drawn.values[picked]} grid={drawn} {...more} />;
}

/** What the colours stand for. */
function Scale({ ends: [low, high], unit }: { ends: [number, number]; unit: string }) {
  return <div class="row small"><span>{told(low, unit)}</span><span class="tones" style={{ flex: 1, maxWidth: "320px", height: "12px", borderRadius: "3px", background: `linear-gradient(90deg, ${tone(0)}, ${tone(0.5)}, ${tone(1)})` }} /><span>{told(high, unit)}</span></div>;
}

/** All racks over all of the time, one line each. */
function Overview({ meta, data, place, picked, measure, choose }: { meta: Meta; data: Grid; place: number; picked: number; measure: string; choose: (at: number, rack: string) => void }) {
  const rows = useMemo(() => meta.racks.map((one, at) => ({ name: one.rack, value: data.values[at] })), [data]);
  const title = `${maybe(`hall_${measure}`)}: ${t("racks")} × ${t("time")}`;
  return <section class="panel"><h2>{title}</h2><Heat rows={rows} at={place} picked={picked} ends={endsFor(measure, data, meta)} label={title} pick={(at, row) => choose(at, meta.racks[row].rack)} /></section>;
}

function endsFor(measure: string, data: Grid, meta: Meta): [number, number] {
  if (measure === "busy" || measure === "down") return [0, 1];
  if (measure === "setting") return [0, Math.max(1, endsOf(data.values)[1])];
  const [low, high] = endsOf(data.values);
  return measure === "temperature" && meta.hottest_k ? [low, Math.max(high, meta.hottest_k)] : [low, high];
}

/** A value that has stood still for a moment, so that a slider does not ask for each of its steps. */
function useSettled(value: number): number {
  const [settled, setSettled] = useState(value);
  useEffect(() => { const wait = setTimeout(() => setSettled(Math.round(value)), 120); return () => clearTimeout(wait); }, [value]);
  return Math.round(settled);
}

/** Moves the moment on, `rate` buckets a second. */
function usePlaying(now_s: number, end: number, move: (to: number) => void, step_s: number, rate: number): [boolean, (on: boolean) => void] {
  const [playing, setPlaying] = useState(false);
  const at = useRef(now_s);
  at.current = now_s;
  useEffect(() => {
    if (!playing) return;
    const beat = setInterval(() => { const to = at.current + step_s * rate * 0.1; move(Math.min(to, end)); if (to >= end) setPlaying(false); }, 100);
    return () => clearInterval(beat);
  }, [playing, step_s, rate, end]);
  return [playing, setPlaying];
}
