// Distributions, not only means: any numeric column of any table, by any column of words.
import { query, useApi } from "../app/api";
import { colour, seriesColour } from "../app/colours";
import { number, quantity, scaleOf, unitOf, words } from "../app/format";
import { setQuery, usePlace } from "../app/router";
import { t } from "../app/words";
import { axis, Chart, tooltip } from "../parts/chart";
import { Empty, JsonLink, Loaded } from "../parts/common";

interface Group { name: string; count: number; mean: number; sd: number | null; quantiles: number[]; max: number; counts: number[] }
interface Distribution { column: string; edges: number[]; quantiles: number[]; groups: Group[] }
interface Tables { tables: { name: string; kind: string; rows: number | null }[] }
interface Page { columns: { name: string; type: string }[] }

export function Distributions({ run }: { run: string }) {
  const { search } = usePlace();
  const base = `/api/runs/${encodeURIComponent(run)}`;
  const table = search.get("table") ?? "shipped", column = search.get("column") ?? "cycle_s", by = search.get("by") ?? "part";
  const tables = useApi<Tables>(`${base}/tables`);
  const page = useApi<Page>(`${base}/tables/${encodeURIComponent(table)}?limit=1`);
  const address = `${base}/distribution${query({ table, column, by, bins: 40 })}`;
  const found = useApi<Distribution>(page.data ? address : "");
  const numeric = page.data?.columns.filter((one) => /DOUBLE|INT/.test(one.type)).map((one) => one.name) ?? [];
  const texts = page.data?.columns.filter((one) => /VARCHAR|BOOL/.test(one.type)).map((one) => one.name) ?? [];
  return (
    <section class="panel">
      <div class="row">
        <label>{t("table")}<select value={table} onChange={(event) => setQuery({ table: event.currentTarget.value, column: "", by: "" }, false)}>{tables.data?.tables.filter((one) => !one.name.startsWith("scenario_") && one.rows !== 0).map((one) => <option>{one.name}</option>)}</select></label>
        <label>{t("column")}<select value={column} onChange={(event) => setQuery({ column: event.currentTarget.value }, false)}>{(numeric.includes(column) ? numeric : [column, ...numeric]).map((one) => <option>{one}</option>)}</select></label>
        <label>{t("group_by")}<select value={by} onChange={(event) => setQuery({ by: event.currentTarget.value }, false)}><option value="">–</option>{(texts.includes(by) || !by ? texts : [by, ...texts]).map((one) => <option>{one}</option>)}</select></label>
        <span class="spacer" /><JsonLink address={address} />
      </div>
      <Loaded asked={found}>{(data) => data.groups.length ? <Drawn data={data} /> : <Empty />}</Loaded>
    </section>
  );
}

function Drawn({ data }: { data: Distribution }) {
  const unit = unitOf(data.column), scale = scaleOf(unit, data.edges[data.edges.length - 1] ?? 0);
  const groups = data.groups.slice(0, 8);
  return (
    <>
      <Chart name="distribution" deps={[data]} height={380} label={`${data.column}: ${groups.map((one) => `${one.name} ${t("value")} ${quantity(one.mean, unit)}`).join(", ")}`} option={() => ({
        grid: { left: 28, right: 20, top: 34, bottom: 45, containLabel: true }, legend: { top: 0, type: "scroll", textStyle: { color: colour("ink") } },
        tooltip: tooltip({ trigger: "axis", valueFormatter: (value: number) => `${number(value)} %` }),
        xAxis: axis(unit ? `${words(data.column.replace(/_[a-z0-9]+$/, ""))}, ${scale.unit}` : words(data.column), { type: "value", min: data.edges[0] / scale.by, max: data.edges[data.edges.length - 1] / scale.by }),
        yAxis: axis(t("share_of_rows"), { type: "value", nameGap: 34 }),
        series: groups.map((one, place) => ({ type: "line", name: one.name || t("all"), showSymbol: false, lineStyle: { color: seriesColour(place), width: 2 }, itemStyle: { color: seriesColour(place) }, areaStyle: { color: seriesColour(place), opacity: 0.12 }, data: one.counts.flatMap((count, bin) => [bin, bin + 1].map((edge) => [data.edges[edge] / scale.by, (100 * count) / one.count])) })),
      })} />
      <div class="scroll" tabIndex={0} role="region" aria-label={t("distributions")}><table>
        <thead><tr><th scope="col">{t("group_by")}</th><th scope="col" class="num">n</th><th scope="col" class="num">x̄</th><th scope="col" class="num">σ</th>{data.quantiles.map((one) => <th scope="col" class="num">{one * 100} %</th>)}<th scope="col" class="num">max</th></tr></thead>
        <tbody>{data.groups.map((one) => <tr><td>{one.name || t("all")}</td><td class="num">{number(one.count, 12)}</td><td class="num">{quantity(one.mean, unit)}</td><td class="num">{quantity(one.sd, unit)}</td>{one.quantiles.map((value) => <td class="num">{quantity(value, unit)}</td>)}<td class="num">{quantity(one.max, unit)}</td></tr>)}</tbody>
      </table></div>
    </>
  );
}
