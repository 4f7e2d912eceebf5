// The runs of the folder: search, what goes on now, choose some to compare.
import { useEffect, useState } from "preact/hooks";
import { ApiError, query, send, useApi } from "../app/api";
import { number, wallClock } from "../app/format";
import { go, setQuery, usePlace } from "../app/router";
import { maybe, t } from "../app/words";
import { Bar, Empty, JsonLink, Loaded, Status, Wrong } from "../parts/common";

interface Run { name: string; scenario: string; title: string; status: string; seed: number; replications_done: number; replications_planned: number; started_utc: string | null; rows: number; has_kpis: boolean }
export interface Job { id: string; run: string; kind: string; state: string; stage: string; done: number; total: number; message: string; created_utc: string }

export function Runs() {
  const { search } = usePlace();
  const words = search.get("search") ?? "";
  const sort = search.get("sort") ?? "-started";
  const address = `/api/runs${query({ search: words, sort })}`;
  const runs = useApi<{ runs: Run[]; total: number }>(address);
  const [chosen, setChosen] = useState<string[]>([]);
  const [wrong, setWrong] = useState<Error | null>(null);
  const resume = (name: string) => send(`/api/runs/${encodeURIComponent(name)}/resume`, {}).then(() => setWrong(null), setWrong);
  const order = (name: string) => setQuery({ sort: sort === name ? `-${name}` : name });
  const head = (name: string, title: string) => <th scope="col" aria-sort={sort === name ? "ascending" : sort === `-${name}` ? "descending" : "none"}><button onClick={() => order(name)}>{title}{sort === name ? " ▲" : sort === `-${name}` ? " ▼" : ""}</button></th>;
  return (
    <>
      <div class="row"><h1>{t("runs")}</h1><span class="spacer" /><a class="main" href="/new">{t("new_run")}</a></div>
      <Jobs ended={runs.again} />
      {wrong && <Wrong error={wrong} />}
      <div class="panel">
        <div class="row" style={{ marginBottom: ".5rem" }}>
          <label>{t("search")}<input type="search" value={words} onInput={(event) => setQuery({ search: event.currentTarget.value })} /></label>
          <button disabled={chosen.length < 2} onClick={() => go(`/compare${query({ run: chosen })}`)}>{t("compare")} ({chosen.length})</button>
          <span class="spacer" /><JsonLink address={address} />
        </div>
        <Loaded asked={runs}>
          {(data) => data.runs.length === 0 ? <Empty>{words ? t("nothing") : t("no_runs")}</Empty> : (
            <div class="scroll" tabIndex={0} role="region" aria-label={t("runs")}>
              <table>
                <thead><tr><th scope="col"><span class="small">{t("compare")}</span></th>{head("name", t("name"))}{head("scenario", t("scenario"))}{head("status", t("status"))}<th scope="col" class="num">{t("replications")}</th><th scope="col" class="num">{t("seed")}</th><th scope="col" class="num">{t("rows")}</th>{head("started", t("started"))}<td /></tr></thead>
                <tbody>{data.runs.map((run) => (
                  <tr>
                    <td><input type="checkbox" aria-label={`${t("compare")} ${run.name}`} disabled={!run.has_kpis} checked={chosen.includes(run.name)}
                      onChange={(event) => setChosen(event.currentTarget.checked ? [...chosen, run.name] : chosen.filter((one) => one !== run.name))} /></td>
                    <td><a href={`/run/${encodeURIComponent(run.name)}`}>{run.name}</a></td>
                    <td>{run.scenario} <span class="muted">{run.title}</span></td>
                    <td><Status status={run.status} /></td>
                    <td class="num">{run.replications_done} {t("of")} {run.replications_planned}</td>
                    <td class="num">{run.seed}</td><td class="num">{number(run.rows, 12)}</td><td>{wallClock(run.started_utc)}</td>
                    <td>{["interrupted", "failed"].includes(run.status) && <button onClick={() => resume(run.name)}>{t("resume")}</button>}</td>
                  </tr>))}
                </tbody>
              </table>
            </div>
          )}
        </Loaded>
      </div>
    </>
  );
}

/** What is being simulated, as it goes on. */
function Jobs({ ended }: { ended: () => void }) {
  const [jobs, setJobs] = useState<Record<string, Job>>({});
  const [wrong, setWrong] = useState<Error | null>(null);
  useEffect(() => {
    const events = new EventSource("/api/events");
    events.addEventListener("job", (event) => {
      const job: Job = JSON.parse((event as MessageEvent).data);
      setJobs((old) => ({ ...old, [job.id]: job }));
      if (!["queued", "running"].includes(job.state)) ended();
    });
    fetch("/api/jobs").then((answer) => answer.json()).then(({ jobs: listed }: { jobs: Job[] }) => {
      const alive = listed.filter((job) => ["queued", "running"].includes(job.state));
      setJobs((old) => ({ ...Object.fromEntries(alive.map((job) => [job.id, job])), ...old }));
    }, () => undefined);
    return () => events.close();
  }, []);
  const shown = Object.values(jobs).sort((a, b) => (a.created_utc < b.created_utc ? 1 : -1));
  if (!shown.length) return null;
  const cancel = (job: Job) => send(`/api/jobs/${job.id}/cancel`, {}).catch((error) => { if (!(error instanceof ApiError && error.status === 409)) setWrong(error); });
  return (
    <section class="panel" aria-label={t("progress")} aria-live="polite">
      {wrong && <Wrong error={wrong} />}
      {shown.map((job) => (
        <div class="row" style={{ margin: ".2rem 0" }} data-job={job.run}>
          <a href={`/run/${encodeURIComponent(job.run)}`}>{job.run}</a> <Status status={job.state} />
          <span class="small muted">{maybe(job.stage)} {job.total ? `${job.done} ${t("of")} ${job.total}` : ""} {job.message}</span>
          <div style={{ flex: 1, minWidth: "120px" }}>{job.total > 0 && <Bar done={job.done} total={job.total} />}</div>
          {["queued", "running"].includes(job.state) && <button onClick={() => cancel(job)}>{t("cancel")}</button>}
        </div>
      ))}
    </section>
  );
}
