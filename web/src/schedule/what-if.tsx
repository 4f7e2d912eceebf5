// An order that moves: the orders as they were and with this one moved, simulated again, and what it does to each order.
import { useEffect, useState } from "preact/hooks";
import { getJson, query, send } from "../app/api";
import { type Clock, quantity } from "../app/format";
import { t } from "../app/words";
import { Empty, Status, Wrong } from "../parts/common";
import type { Job } from "../pages/runs";

interface Started { base: Job; moved: Job; orders: { order_number: number; base: number; moved: number }[] }
interface Row { order: number; base: number | null; moved: number | null }
const SHIPPED = "SELECT order_number, max(shipped_s) FROM shipments GROUP BY 1";

export function WhatIf({ run, replication, order, days, clock }: { run: string; replication: number; order: number; days: number; clock: Clock }) {
  const [shift, setShift] = useState(days);
  const [started, setStarted] = useState<Started | null>(null);
  const [jobs, setJobs] = useState<Job[]>([]);
  const [rows, setRows] = useState<Row[] | null>(null);
  const [wrong, setWrong] = useState<Error | null>(null);
  useEffect(() => setShift(days), [days, order]);
  useEffect(() => {
    if (!started || rows) return;
    const look = setInterval(async () => {
      try {
        const found = await Promise.all([started.base, started.moved].map((job) => getJson<Job>(`/api/jobs/${job.id}`)));
        setJobs(found);
        if (found.some((job) => ["queued", "running"].includes(job.state))) return;
        clearInterval(look);
        if (found.every((job) => job.state === "finished")) setRows(await compared(started));
      } catch (error) { clearInterval(look); setWrong(error as Error); }
    }, 700);
    return () => clearInterval(look);
  }, [started, rows]);
  const go = () => { setRows(null); setWrong(null); send<Started>(`/api/runs/${encodeURIComponent(run)}/what-if`, { order_number: order, shift_s: shift * 86400, replication }).then(setStarted, setWrong); };
  return (
    <section class="panel" aria-label={t("what_if")}>
      <div class="row"><h2>{t("what_if")}: {t("order")} {order}</h2>
        <label>{t("days_later")}<input type="number" step="0.5" style={{ width: "6rem" }} value={shift} onInput={(event) => setShift(Number(event.currentTarget.value))} /></label>
        <button class="main" onClick={go} disabled={!shift}>{t("simulate_again")}</button>
        {jobs.map((job) => <span class="small">{job.run} <Status status={job.state} /></span>)}
        {started && rows && <a href={`/compare${query({ run: [started.base.run, started.moved.run] })}`}>{t("compare")}</a>}
      </div>
      {wrong && <Wrong error={wrong} />}
      {rows && (rows.length ? (
        <div class="scroll" style={{ maxHeight: "40vh" }} tabIndex={0} role="region" aria-label={t("what_if")}><table>
          <thead><tr><th scope="col">{t("order")}</th><th scope="col">{t("base")}</th><th scope="col">{t("moved")}</th><th scope="col" class="num">{t("difference_only")}</th></tr></thead>
          <tbody>{rows.slice(0, 60).map((row) => {
            const change = row.base !== null && row.moved !== null ? row.moved - row.base : null;
            return <tr><td>{row.order}{row.order === order ? " ●" : ""}</td><td>{row.base === null ? "–" : clock.full(row.base)}</td><td>{row.moved === null ? "–" : clock.full(row.moved)}</td><td class={`num ${change !== null && change > 0 ? "bad" : "good"}`}>{change !== null && change > 0 ? "+" : ""}{quantity(change, "s")}</td></tr>;
          })}</tbody>
        </table></div>) : <Empty />)}
    </section>
  );
}

/** Orders that ship at another time (or in only one of the runs), the largest change first. */
async function compared(started: Started): Promise<Row[]> {
  const [base, moved] = await Promise.all([started.base.run, started.moved.run].map((run) => getJson<{ rows: [number, number][] }>(`/api/runs/${encodeURIComponent(run)}/sql${query({ q: SHIPPED, limit: 10000 })}`)));
  const [a, b] = [new Map(base.rows), new Map(moved.rows)];
  return started.orders
    .map((one) => ({ order: one.order_number, base: a.get(one.base) ?? null, moved: b.get(one.moved) ?? null }))
    .filter((one) => one.base !== one.moved)
    .sort((x, y) => Math.abs((y.moved ?? 0) - (y.base ?? 0)) - Math.abs((x.moved ?? 0) - (x.base ?? 0)));
}
