// What the answer rests on: every number with its source, and how far each unknown moves a KPI.
import { useState } from "preact/hooks";
import { useApi } from "../app/api";
import { colour } from "../app/colours";
import { number, quantity, words } from "../app/format";
import { t } from "../app/words";
import { axis, Chart, tooltip } from "../parts/chart";
import { JsonLink, Loaded } from "../parts/common";
import { Csv } from "../parts/save";

interface Assumption { path: string; written: string; value: number; unit: string; source: string; confidence: string; low: number | null; high: number | null }
interface Study { name: string; kpi: string; bars: { path: string; kpi_low: number; kpi_base: number; kpi_high: number; swing: number }[] }

export function Assumptions({ run, scenario }: { run: string; scenario: string }) {
  const address = `/api/runs/${encodeURIComponent(run)}/assumptions`;
  const ledger = useApi<{ assumptions: Assumption[] }>(address);
  const studies = useApi<{ studies: Study[] }>(`/api/runs/${encodeURIComponent(run)}/tornado`);
  const [search, setSearch] = useState("");
  const [grade, setGrade] = useState("");
  return (
    <>
      <section class="panel"><h2>{t("tornado")}</h2>
        <Loaded asked={studies}>{(data) => data.studies.length ? <>{data.studies.map((study) => <Tornado study={study} />)}</> : <p>{t("no_tornado")} <code>racktwin tornado {scenario} --out studies/{scenario}</code></p>}</Loaded>
      </section>
      <Loaded asked={ledger}>
        {(data) => {
          const shown = data.assumptions.filter((one) => (!grade || one.confidence === grade) && `${one.path} ${one.source} ${one.written}`.toLowerCase().includes(search.toLowerCase()));
          const sourced = data.assumptions.filter((one) => one.source).length;
          return (
            <section class="panel">
              <div class="row"><h2>{t("assumptions")}</h2><span class="muted">{data.assumptions.length}: {sourced} {t("sourced")}, {data.assumptions.length - sourced} {t("assumed")}</span><span class="spacer" /><Csv name={`${run}-assumptions`} rows={() => [["path", "written", "value", "unit", "confidence", "low", "high", "source"], ...shown.map((one) => [one.path, one.written, one.value, one.unit, one.confidence, one.low, one.high, one.source])]} /><JsonLink address={address} /></div>
              <div class="row">
                <label>{t("search")}<input type="search" value={search} onInput={(event) => setSearch(event.currentTarget.value)} /></label>
                <label>{t("confidence")}<select value={grade} onChange={(event) => setGrade(event.currentTarget.value)}><option value="">{t("all")}</option>{["A", "B", "C", "assumed"].map((one) => <option>{one}</option>)}</select></label>
                <span role="status" class="small">{shown.length} {t("of")} {data.assumptions.length}</span>
              </div>
              <div class="scroll" style={{ maxHeight: "70vh" }} tabIndex={0} role="region" aria-label={t("assumptions")}><table>
                <thead><tr><th scope="col">{t("quantity")}</th><th scope="col" class="num">{t("value")}</th><th scope="col">{t("range")}</th><th scope="col">{t("confidence")}</th><th scope="col">{t("source")}</th></tr></thead>
                <tbody>{shown.slice(0, 1500).map((one) => <tr><td>{words(one.path).replaceAll(".", " › ")}</td><td class="num">{one.written}</td><td>{one.low === null && one.high === null ? "" : `${quantity(one.low, one.unit)} – ${quantity(one.high, one.unit)}`}</td><td>{one.confidence}</td><td class="wrap">{one.source}</td></tr>)}</tbody>
              </table></div>
            </section>
          );
        }}
      </Loaded>
    </>
  );
}

function Tornado({ study }: { study: Study }) {
  const bars = [...study.bars].sort((a, b) => Math.abs(b.swing) - Math.abs(a.swing)).slice(0, 20);
  const base = bars[0]?.kpi_base ?? 0;
  return (
    <Chart name={`tornado-${study.name}`} deps={[study]} height={70 + 24 * bars.length} label={`${t("tornado")}: ${study.kpi}`} option={() => ({
      grid: { left: 8, right: 20, top: 26, bottom: 40, containLabel: true }, legend: { top: 0, textStyle: { color: colour("ink") } }, tooltip: tooltip({ valueFormatter: (value: number) => number(value) }),
      xAxis: axis(`${words(study.kpi)} − ${number(base)}`, { type: "value" }), yAxis: axis("", { type: "category", inverse: true, data: bars.map((one) => one.path), splitLine: { show: false } }),
      series: [
        { type: "bar", stack: "ends", name: "low", itemStyle: { color: colour("series_0") }, data: bars.map((one) => one.kpi_low - base) },
        { type: "bar", stack: "ends", name: "high", itemStyle: { color: colour("series_1") }, data: bars.map((one) => one.kpi_high - base) },
      ],
    })} />
  );
}
