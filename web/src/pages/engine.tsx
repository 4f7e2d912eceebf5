// Tables of supply, hall, fleet and plan: a heat map of any number over time, each row a rack, stock or job; the rows below.
import { useMemo, useState } from "preact/hooks";
import { query, useApi } from "../app/api";
import { seriesColour } from "../app/colours";
import { Clock, quantity, scaleOf, unitOf, words } from "../app/format";
import { setQuery, usePlace } from "../app/router";
import { t } from "../app/words";
import { Empty, JsonLink, Loaded, Replication } from "../parts/common";
import { DataTable } from "../parts/data-table";
import { Heat } from "../parts/heat";
import { TimePlot } from "../parts/timeplot";
import { type Detail, tablesOf } from "./run";

interface Page { columns: { name: string; type: string; description: string }[] }
export interface Courses { time_s: number[]; edges_s: number[]; series: { name: string; value: (number | null)[] }[] }
const NUMBER = /DOUBLE|INT|FLOAT/, TIME = /^(replication|start_s|end_s|time_s)$/;

export default function Engine({ run, detail, engine }: { run: string; detail: Detail; engine: string }) {
  const { search } = usePlace();
  const names = tablesOf(detail, engine);
  const table = search.get("table") ?? names[0];
  const head = useApi<Page>(table ? `/api/runs/${encodeURIComponent(run)}/tables/${encodeURIComponent(table)}?limit=1` : "");
  if (!table) return <Empty />;
  const columns = head.data?.columns ?? [];
  const hasCourse = columns.some((one) => one.name === "time_s") || (columns.some((one) => one.name === "start_s") && columns.some((one) => one.name === "end_s"));
  return (
    <>
      <nav class="panel" aria-label={t("tables")}>{names.map((one) => <button aria-pressed={one === table} onClick={() => setQuery({ table: one, column: "", by: "", sort: "", filter: "", offset: "", search: "" }, false)}>{words(one)}</button>)}</nav>
      {hasCourse && <Course key={table} run={run} table={table} columns={columns} detail={detail} />}
      <section class="panel"><h2>{words(table)}</h2><DataTable key={table} run={run} table={table} /></section>
    </>
  );
}

function Course({ run, table, columns, detail }: { run: string; table: string; columns: Page["columns"]; detail: Detail }) {
  const { search } = usePlace();
  const numbers = columns.filter((one) => NUMBER.test(one.type) && !TIME.test(one.name)).map((one) => one.name);
  const texts = columns.filter((one) => /VARCHAR/.test(one.type)).map((one) => one.name);
  const column = search.get("column") || numbers[0] || "", by = search.get("by") ?? texts[0] ?? "";
  const replication = Number(search.get("replication") || detail.replications[0] || 0);
  const address = column ? `/api/runs/${encodeURIComponent(run)}/series/column${query({ table, column, by, replication, points: 240 })}` : "";
  const courses = useApi<Courses>(address);
  if (!column) return null;
  return (
    <section class="panel">
      <div class="row">
        <label>{t("column")}<select value={column} onChange={(event) => setQuery({ column: event.currentTarget.value })}>{numbers.map((one) => <option>{one}</option>)}</select></label>
        <label>{t("group_by")}<select value={by} onChange={(event) => setQuery({ by: event.currentTarget.value })}><option value="">–</option>{texts.map((one) => <option>{one}</option>)}</select></label>
        <Replication all={detail.replications} value={replication} change={(one) => setQuery({ replication: String(one) })} />
        <span class="spacer" /><JsonLink address={address} />
      </div>
      <p class="small muted">{columns.find((one) => one.name === column)?.description}</p>
      <Loaded asked={courses}>{(data) => data.series.length ? <Drawn data={data} column={column} start={detail.start} /> : <Empty />}</Loaded>
    </section>
  );
}

function Drawn({ data, column, start }: { data: Courses; column: string; start: string }) {
  const clock = useMemo(() => new Clock(start), [start]);
  const [at, setAt] = useState(Math.floor(data.time_s.length / 2));
  const unit = unitOf(column);
  const most = Math.max(1e-12, ...data.series.flatMap((one) => one.value.map((value) => Math.abs(value ?? 0))));
  const scale = scaleOf(unit, most);
  const top = useMemo(() => [...data.series].sort((a, b) => sum(b.value) - sum(a.value)).slice(0, 8), [data]);
  const lines = useMemo(() => top.map((one, place) => ({ label: one.name || t("all"), colour: seriesColour(place), values: one.value.map((value) => (value === null ? null : value / scale.by)) })), [top]);
  const now = [...data.series].map((one) => ({ name: one.name, value: one.value[at] })).sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  return (
    <>
      {data.series.length > 1 && (
        <>
          <Heat rows={data.series} at={at} pick={setAt} label={`${words(column)}: ${data.series.length} × ${data.time_s.length}`} />
          <label class="row"><span class="small">{clock.full(data.time_s[at])}</span><input type="range" min={0} max={data.time_s.length - 1} value={at} aria-label={t("time")} aria-valuetext={clock.full(data.time_s[at])} onInput={(event) => setAt(Number(event.currentTarget.value))} /></label>
          <div class="cards">{now.slice(0, 24).map((one) => (
            <div class="card"><span class="small">{one.name || t("all")}</span><b>{quantity(one.value, unit)}</b><div class="bar" role="meter" aria-label={one.name} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round((100 * Math.abs(one.value ?? 0)) / most)}><i style={{ width: `${(100 * Math.abs(one.value ?? 0)) / most}%` }} /></div></div>
          ))}</div>
        </>
      )}
      <TimePlot time_s={data.time_s} lines={lines} clock={clock} unit={scale.unit} height={230} name={column} label={words(column)} />
    </>
  );
}

const sum = (values: (number | null)[]) => values.reduce<number>((total, one) => total + (one ?? 0), 0);
