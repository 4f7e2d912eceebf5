// Tables of another engine (supply, hall, fleet, plan): a chart for what has a time, and the rows.
import { useMemo } from "preact/hooks";
import { query, useApi } from "../app/api";
import { seriesColour } from "../app/colours";
import { Clock, unitOf, words } from "../app/format";
import { setQuery, usePlace } from "../app/router";
import { t } from "../app/words";
import { Empty } from "../parts/common";
import { DataTable } from "../parts/data-table";
import { TimePlot } from "../parts/timeplot";
import { type Detail, engineTables } from "./run";

interface Page { columns: { name: string; type: string; description: string }[]; rows: unknown[][]; total: number }

export default function Engine({ run, detail, engine }: { run: string; detail: Detail; engine: string }) {
  const { search } = usePlace();
  const names = engineTables(detail, engine);
  const table = search.get("table") ?? names[0];
  if (!table) return <Empty />;
  return (
    <>
      <nav class="panel" aria-label={t("tables")}>{names.map((one) => <a href={`?table=${one}`} aria-current={one === table ? "page" : undefined} onClick={(event) => { event.preventDefault(); setQuery({ table: one, sort: "", filter: "", offset: "" }, false); }}>{words(one)}</a>)}</nav>
      <Course run={run} table={table} detail={detail} />
      <section class="panel"><h2>{words(table)}</h2><DataTable key={table} run={run} table={table} /></section>
    </>
  );
}

/** Every numeric column against the table's time, for one replication, where it has one. */
function Course({ run, table, detail }: { run: string; table: string; detail: Detail }) {
  const base = `/api/runs/${encodeURIComponent(run)}/tables/${encodeURIComponent(table)}`;
  const head = useApi<Page>(`${base}?limit=1`);
  const time = head.data?.columns.find((one) => /^(time|start|at|hour)_s$/.test(one.name))?.name;
  const rows = useApi<Page>(time ? `${base}${query({ sort: time, limit: 10000, filter: head.data?.columns.some((one) => one.name === "replication") ? `replication:eq:${detail.replications[0] ?? 0}` : "" })}` : "");
  const clock = useMemo(() => new Clock(detail.start), [detail.start]);
  const drawn = useMemo(() => {
    if (!rows.data || !time) return null;
    const at = rows.data.columns.findIndex((one) => one.name === time);
    const numeric = rows.data.columns.map((one, place) => ({ ...one, place })).filter((one) => /DOUBLE/.test(one.type) && one.name !== time && !/_s$/.test(one.name)).slice(0, 6);
    return { time_s: rows.data.rows.map((row) => Number(row[at])), columns: numeric };
  }, [rows.data]);
  if (!drawn?.columns.length || !rows.data?.rows.length) return null;
  return (
    <div class="grid two">
      {drawn.columns.map((column, place) => (
        <section class="panel"><h2>{words(column.name)}</h2>
          <TimePlot time_s={drawn.time_s} clock={clock} unit={unitOf(column.name)} name={column.name} label={column.description || column.name} lines={[{ label: words(column.name), colour: seriesColour(place), values: rows.data!.rows.map((row) => row[column.place] as number | null) }]} />
        </section>
      ))}
    </div>
  );
}
