// One run: its head, the tabs that its tables allow, and the page that the address names.
import { onPaper } from "../app/colours";
import { lazyPage } from "../parts/lazy";
import { send, useApi } from "../app/api";
import { words } from "../app/format";
import { keepPin, snapshot } from "../app/pins";
import { go } from "../app/router";
import { t, type Word } from "../app/words";
import { Loaded, Status } from "../parts/common";
import { Assumptions } from "./assumptions";
import { Distributions } from "./distributions";
import { Overview } from "./overview";
import { TablePages } from "./tables";
import { Time } from "./time";

export interface Detail {
  name: string; scenario: string; title: string; status: string; seed: number; replications: number[]; replications_planned: number;
  horizon_s: number; warm_up_s: number; start: string; time_zone: string; tables: Record<string, number>; derived: string[]; has_report: boolean; has_kpis: boolean; racktwin_version: string;
}

const Floor = lazyPage(() => import("../floor/page"));
const Schedule = lazyPage(() => import("../schedule/page"));
const Hall = lazyPage(() => import("../hall/page"));
const Fleet = lazyPage(() => import("../fleet/page"));
const Supply = lazyPage(() => import("../supply/page"));
const Engine = lazyPage(() => import("./engine"));
const PAGES: { name: Word; needs?: string[] }[] = [
  { name: "overview" }, { name: "floor", needs: ["states"] }, { name: "schedule", needs: ["operations"] }, { name: "time", needs: ["limits", "labour"] },
  { name: "distributions" },
  { name: "supply", needs: ["stock_levels", "supply_orders", "part_receipts"] },
  { name: "hall", needs: ["rack_power"] },
  { name: "fleet", needs: ["hall_queue"] },
  { name: "plan", needs: ["plan", "assignments", "planned_operations", "frontier"] },
  { name: "tables" }, { name: "assumptions" }, { name: "report" },
];

/** The tables of a page that the run really has. */
export const tablesOf = (detail: Detail, page: string): string[] =>
  (PAGES.find((one) => one.name === page)?.needs ?? []).filter((name) => detail.tables[name] > 0 || detail.derived.includes(name));

export function RunPage({ run, page, rest }: { run: string; page: string; rest: string[] }) {
  const detail = useApi<Detail>(`/api/runs/${encodeURIComponent(run)}`);
  return (
    <Loaded asked={detail}>
      {(data) => {
        const shown = PAGES.filter(({ name, needs }) => !needs || tablesOf(data, name).length > 0);
        const resume = () => send(`/api/runs/${encodeURIComponent(run)}/resume`, {}).then(() => go("/"));
        return (
          <>
            <div class="row"><h1>{data.name}</h1><Status status={data.status} /><span class="muted about">{words(data.scenario)} {data.title && `· ${data.title}`} · {data.replications.length} {t("of")} {data.replications_planned} {t("replications")} · {t("seed")} {data.seed}</span>
              <span class="row noprint"><button onClick={() => onPaper()} title={t("print")}>{t("paper")}</button><button onClick={() => pin(`${data.name}: ${t((PAGES.find((one) => one.name === page) ?? PAGES[0]).name)}`)}>{t("pin")}</button><a class="button" href={`/new?run=${encodeURIComponent(run)}`}>{t("rerun")}</a>
              {["interrupted", "failed"].includes(data.status) && <button onClick={resume}>{t("resume")}</button>}</span>
            </div>
            <nav aria-label={data.name} style={{ margin: ".3rem 0 .9rem" }}>
              {shown.map(({ name }) => <a href={`/run/${encodeURIComponent(run)}/${name}`} aria-current={name === page ? "page" : undefined}>{t(name)}</a>)}
            </nav>
            <div id="view"><Content run={run} page={page} rest={rest} detail={data} /></div>
          </>
        );
      }}
    </Loaded>
  );
}

/** Put what is shown aside for the report builder. */
async function pin(title: string) {
  const place = document.getElementById("view");
  if (!place) return;
  await keepPin({ id: Date.now(), title, address: location.pathname + location.search, html: snapshot(place), note: "" });
  const told = Object.assign(document.createElement("p"), { className: "toast", textContent: t("pinned") });
  told.setAttribute("role", "status");
  document.body.append(told);
  setTimeout(() => told.remove(), 2500);
}

function Content({ run, page, rest, detail }: { run: string; page: string; rest: string[]; detail: Detail }) {
  switch (page) {
    case "floor": return <Floor run={run} detail={detail} />;
    case "schedule": return <Schedule run={run} detail={detail} />;
    case "time": return <Time run={run} detail={detail} />;
    case "tables": return <TablePages run={run} table={rest[0]} />;
    case "distributions": return <Distributions run={run} />;
    case "assumptions": return <Assumptions run={run} scenario={detail.scenario} />;
    case "report": return <Report run={run} has={detail.has_report} />;
    case "overview": return <Overview run={run} />;
    case "hall": return <Hall run={run} detail={detail} />;
    case "fleet": return <Fleet run={run} detail={detail} />;
    case "supply": return <Supply run={run} detail={detail} />;
    case "plan": return <Engine run={run} detail={detail} engine={page} />;
    default: return <Overview run={run} />;
  }
}

function Report({ run, has }: { run: string; has: boolean }) {
  const address = `/api/runs/${encodeURIComponent(run)}/report`;
  if (!has) return <p class="panel">{t("no_report")} <code>racktwin report {run}</code></p>;
  return <><p><a href={address} target="_blank" rel="noreferrer">{t("full_report")}</a></p><iframe class="report" src={address} title={t("report")} sandbox="allow-scripts" /></>;
}
