// The jobs at a moment: at work, waiting, ended or to come; one that is chosen is marked on the plan.
import { query, useApi } from "../app/api";
import { type Clock, number, quantity, words } from "../app/format";
import { setQuery, usePlace } from "../app/router";
import { maybe, t, type Word } from "../app/words";
import { Empty, JsonLink, Loaded } from "../parts/common";
import type { Meta } from "./meta";

export interface Job { job: string; job_class: string; user: string; gpus: number; submit_s: number; start_s: number | null; end_s: number | null; busy_s: number; wait_s: number | null; energy_j: number; fate: string; racks: string[] | null; attempts: number }
interface Page { total: number; offset: number; limit: number; jobs: Job[] }
const STATES = ["at_work", "waiting", "ended", "to_come", "all"];
const COLUMNS: [string, Word, boolean][] = [
  ["job", "job", false], ["job_class", "job_class", false], ["gpus", "gpus", true], ["submit_s", "submitted", false], ["wait_s", "waited", true],
  ["start_s", "started", false], ["end_s", "ended", false], ["busy_s", "held_time", true], ["energy_j", "energy", true],
];

export function Jobs({ meta, at_s, clock, marked, mark, seek }: { meta: Meta; at_s: number; clock: Clock; marked: string; mark: (job: string) => void; seek: (at_s: number) => void }) {
  const { search } = usePlace();
  const asked = { replication: meta.replication, at_s, state: search.get("state") ?? "at_work", search: search.get("search") ?? "", sort: search.get("sort") ?? "submit_s", offset: search.get("offset") ?? "" };
  const base = `/api/runs/${encodeURIComponent(meta.run)}`, address = `${base}/hall/jobs${query({ ...asked, limit: 25 })}`;
  const page = useApi<Page>(address);
  const turn = (name: string) => setQuery({ sort: asked.sort === name ? `-${name}` : name, offset: "" });
  return (
    <section class="panel"><div class="row"><h2>{t("jobs")}</h2>
      <label>{t("status")}<select value={asked.state} onChange={(event) => setQuery({ state: event.currentTarget.value, offset: "" })}>{STATES.map((one) => <option value={one}>{maybe(one)}</option>)}</select></label>
      <label>{t("search")}<input type="search" value={asked.search} onChange={(event) => setQuery({ search: event.currentTarget.value, offset: "" })} /></label>
      <span class="spacer" /><a href={`${base}/tables/gpu_jobs/download?format=csv`} download>CSV</a> <a href={`${base}/tables/gpu_jobs/download?format=parquet`} download>Parquet</a> <JsonLink address={address} /></div>
      <Loaded asked={page}>{(data) => (
        <>
          <div class="row small"><span role="status">{data.jobs.length ? `${number(data.offset + 1, 9)}–${number(data.offset + data.jobs.length, 9)} ${t("of")} ${number(data.total, 9)}` : "0"} {t("jobs")}</span>
            <button disabled={!data.offset} onClick={() => setQuery({ offset: String(Math.max(0, data.offset - data.limit)) })}>{t("previous")}</button>
            <button disabled={data.offset + data.limit >= data.total} onClick={() => setQuery({ offset: String(data.offset + data.limit) })}>{t("next")}</button></div>
          {data.jobs.length === 0 ? <Empty /> : <div class="scroll" tabIndex={0} role="region" aria-label={t("jobs")}><table class="tight small">
            <thead><tr>{COLUMNS.map(([name, word, isNumber]) => <th scope="col" class={isNumber ? "num" : ""} aria-sort={asked.sort === name ? "ascending" : asked.sort === `-${name}` ? "descending" : "none"}><button onClick={() => turn(name)}>{t(word)}{asked.sort === name ? " ▲" : asked.sort === `-${name}` ? " ▼" : ""}</button></th>)}<th scope="col">{t("racks")}</th><th scope="col">{t("fate")}</th></tr></thead>
            <tbody>{data.jobs.map((one) => (
              <tr><td><button aria-pressed={one.job === marked} onClick={() => mark(one.job === marked ? "" : one.job)}>{one.job}</button></td><td>{words(one.job_class)}</td><td class="num">{number(one.gpus)}</td><td>{clock.short(one.submit_s)}</td><td class="num">{quantity(one.wait_s, "s")}</td>
                <td>{one.start_s === null ? "–" : <button onClick={() => seek(one.start_s!)}>{clock.short(one.start_s)}</button>}</td><td>{one.end_s === null ? "–" : clock.short(one.end_s)}</td><td class="num">{quantity(one.busy_s, "s")}</td><td class="num">{quantity(one.energy_j, "J")}</td>
                <td>{(one.racks ?? []).slice(0, 3).join(", ")}{(one.racks?.length ?? 0) > 3 && ` +${one.racks!.length - 3}`}</td><td class="folds">{words(maybe(one.fate))}{one.attempts > 1 && ` · ${one.attempts} ${t("attempts")}`}</td></tr>))}</tbody>
          </table></div>}
        </>
      )}</Loaded>
    </section>
  );
}
