// A run in numbers: cards with their definition, what limits the plant, what one more would bring, every KPI.
import { useState } from "preact/hooks";
import { useApi } from "../app/api";
import { colour } from "../app/colours";
import { estimate, estimated, quantity, unitOfKpi, words } from "../app/format";
import { maybe, t, type Word } from "../app/words";
import { axis, Chart, tooltip } from "../parts/chart";
import { JsonLink, Loaded } from "../parts/common";

export interface Estimate { kpi: string; subject: string; mean: number | null; half_width: number | null; n: number; values: (number | null)[] }
interface Kpi { title: string; unit: string; is_share: boolean; direction: string; subject_kind: string; formula: string }
interface Kpis { estimates: Estimate[]; kpis: Record<string, Kpi> }
interface Marginal { kind: string; name: string; change: string; kpi: string; mean: number; half_width: number; replications: number }
const KINDS: Record<string, string> = { work_center: "work", operator_group: "people", feed: "power", cooling_loop: "coolant" };

export function Overview({ run }: { run: string }) {
  const address = `/api/runs/${encodeURIComponent(run)}/kpis`;
  const kpis = useApi<Kpis>(address);
  const marginals = useApi<{ marginals: Marginal[] }>(`/api/runs/${encodeURIComponent(run)}/marginals`);
  return (
    <Loaded asked={kpis}>
      {(data) => (
        <>
          <Cards data={data} />
          <div class="grid two">
            <section class="panel"><h2>{t("bottleneck")}</h2><p class="small muted">{t("bottleneck_note")}</p><Bottlenecks data={data} /></section>
            <section class="panel"><h2>{t("marginal")}</h2>{marginals.data?.marginals.length ? <Marginals rows={marginals.data.marginals} /> : <p class="muted">{t("nothing")}</p>}</section>
          </div>
          <section class="panel"><div class="row"><h2>{t("kpis")}</h2><span class="spacer" />{["csv", "parquet"].map((one) => <a class="small" href={`/api/runs/${encodeURIComponent(run)}/tables/kpis/download?format=${one}`} download>{one === "csv" ? "CSV" : "Parquet"}</a>)}<JsonLink address={address} /></div><AllKpis data={data} /></section>
        </>
      )}
    </Loaded>
  );
}

function Cards({ data }: { data: Kpis }) {
  const wide = data.estimates.filter((one) => one.subject === "" && one.n > 0).slice(0, 14);
  return (
    <div class="cards">
      {wide.map((one) => {
        const kpi = data.kpis[one.kpi], [shown, unit] = estimated(one.mean, one.half_width, unitOfKpi(kpi));
        return (
          <div class="card" tabIndex={0} aria-label={`${kpi.title}: ${shown} ${unit}`} role="group">
            <span class="small">{kpi.title}</span><b>{shown} {unit && <small>{unit}</small>}</b>
            {kpi.direction !== "neither" && <span class="small muted">{t(kpi.direction as Word)}</span>}
            <Strip values={one.values} />
            <div class="tip" role="tooltip"><b>{t("definition")}</b> {kpi.formula}</div>
          </div>
        );
      })}
    </div>
  );
}

/** Each replication as a stroke: the spread behind the mean. */
function Strip({ values }: { values: (number | null)[] }) {
  const known = values.filter((one): one is number => one !== null);
  if (known.length < 2) return null;
  const low = Math.min(...known), high = Math.max(...known), span = high - low || 1;
  return (
    <svg viewBox="0 0 100 12" width="100%" height="14" preserveAspectRatio="none" role="img" aria-label={t("per_replication")}>
      {known.map((one) => <line x1={2 + (96 * (one - low)) / span} x2={2 + (96 * (one - low)) / span} y1="1" y2="11" stroke="var(--accent)" stroke-width="1.2" vector-effect="non-scaling-stroke" opacity=".75" />)}
    </svg>
  );
}

function Bottlenecks({ data }: { data: Kpis }) {
  const share = data.estimates.filter((one) => one.kpi === "bottleneck_share" && (one.mean ?? 0) > 0.001).sort((a, b) => b.mean! - a.mean!).slice(0, 12);
  const limit = new Map(data.estimates.filter((one) => one.kpi === "constrained_share").map((one) => [one.subject, one.mean ?? 0]));
  if (!share.length) return <p class="muted">{t("nothing")}</p>;
  const name = (subject: string) => words(subject.split(":").slice(1).join(":") || subject);
  return (
    <Chart name="bottlenecks" deps={[data]} height={80 + 27 * share.length} label={t("bottleneck")} option={() => ({
      grid: { left: 8, right: 24, top: 8, bottom: 40, containLabel: true }, tooltip: tooltip({ valueFormatter: (value: number) => `${value.toFixed(1)} %` }),
      xAxis: axis("%", { type: "value", min: 0 }), yAxis: axis("", { type: "category", inverse: true, data: share.map((one) => name(one.subject)), splitLine: { show: false } }),
      series: [
        { type: "bar", barWidth: 13, data: share.map((one) => ({ value: 100 * one.mean!, itemStyle: { color: colour(KINDS[one.subject.split(":")[0]] ?? "work") } })) },
        { type: "scatter", symbol: "rect", symbolSize: [3, 17], itemStyle: { color: colour("ink") }, data: share.map((one, at) => [100 * (limit.get(one.subject) ?? 0), at]) },
        { type: "custom", silent: true, encode: { x: [0, 1], y: 2 }, data: share.map((one, at) => [100 * (one.mean! - (one.half_width ?? 0)), 100 * (one.mean! + (one.half_width ?? 0)), at]),
          renderItem: (_: unknown, api: any) => { const a = api.coord([api.value(0), api.value(2)]), b = api.coord([api.value(1), api.value(2)]); return { type: "line", shape: { x1: a[0], y1: a[1], x2: b[0], y2: b[1] }, style: { stroke: colour("ink"), lineWidth: 1.5 } }; } },
      ],
    })} />
  );
}

function Marginals({ rows }: { rows: Marginal[] }) {
  const unit = (kpi: string) => (kpi === "throughput" ? "1/week" : "s");
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={t("marginal")}><table class="tight words">
      <thead><tr><th scope="col">{t("limit")}</th><th scope="col">KPI</th><th scope="col" class="num">{t("difference")}</th></tr></thead>
      <tbody>{rows.map((one) => <tr><td class="folds">{words(one.name)} <span class="muted">{one.change}</span></td><td>{words(one.kpi)}</td><td class="num">{estimate(one.mean, one.half_width, unit(one.kpi))}</td></tr>)}</tbody>
    </table></div>
  );
}

function AllKpis({ data }: { data: Kpis }) {
  const [search, setSearch] = useState("");
  const shown = data.estimates.filter((one) => `${one.kpi} ${data.kpis[one.kpi]?.title} ${one.subject}`.toLowerCase().includes(search.toLowerCase()));
  const [open, setOpen] = useState("");
  return (
    <>
      <label>{t("search")}<input type="search" value={search} onInput={(event) => setSearch(event.currentTarget.value)} /></label> <span class="muted small" role="status">{shown.length} {t("of")} {data.estimates.length}</span>
      <div class="scroll" style={{ maxHeight: "60vh" }} tabIndex={0} role="region" aria-label={t("kpis")}>
        <table class="tight">
          <thead><tr><th scope="col">KPI</th><th scope="col">{t("group_by")}</th><th scope="col" class="num">± 95 %</th><th scope="col">{t("per_replication")}</th><th scope="col">{t("better")}</th></tr></thead>
          <tbody>{shown.slice(0, 400).map((one) => {
            const kpi = data.kpis[one.kpi], key = `${one.kpi}/${one.subject}`;
            return (
              <>
                <tr><td class="folds"><button class="plain" onClick={() => setOpen(open === key ? "" : key)} aria-expanded={open === key}>{kpi.title}</button></td><td class="folds">{one.subject || t("all")}</td><td class="num">{estimate(one.mean, one.half_width, unitOfKpi(kpi))}</td><td style={{ minWidth: "140px" }}><Strip values={one.values} /></td><td>{maybe(kpi.direction)}</td></tr>
                {open === key && <tr><td colSpan={5} class="wrap"><b>{t("definition")}</b> {kpi.formula}<br /><span class="small muted">{one.values.map((value) => quantity(value, unitOfKpi(kpi), 4)).join(" · ")}</span></td></tr>}
              </>
            );
          })}</tbody>
        </table>
      </div>
    </>
  );
}
