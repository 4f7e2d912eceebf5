// Everything that happened to one piece, or at one cell.
import { query, useApi } from "../app/api";
import { type Clock, quantity, words } from "../app/format";
import { maybe, t } from "../app/words";
import { Empty, JsonLink, Loaded } from "../parts/common";
import type { Hit } from "./draw";
import type { Meta } from "./layout";

interface Found { piece: Record<string, any> | null; visits: Record<string, any>[] }
const CAUSES = ["cell", "people", "power", "coolant", "material", "gang", "calendar"];

export function History({ meta, chosen, clock, close }: { meta: Meta; chosen: NonNullable<Hit>; clock: Clock; close: () => void }) {
  const words_ = "serial" in chosen ? { serial_number: chosen.serial } : { work_center: chosen.center, work_unit: chosen.unit };
  const address = `/api/runs/${encodeURIComponent(meta.run)}/floor/history${query({ replication: meta.replication, ...words_ })}`;
  const found = useApi<Found>(address);
  const title = "serial" in chosen ? `${t("piece")} ${chosen.serial}` : `${words(chosen.center)} ${chosen.unit}`;
  return (
    <section class="panel" aria-label={t("history")}>
      <div class="row"><h2>{title}</h2><span class="spacer" /><JsonLink address={address} /><button onClick={close}>{t("close")}</button></div>
      <Loaded asked={found}>
        {(data) => (
          <>
            {data.piece && <p>{words(data.piece.part)} · {t("order")} {data.piece.order_number} · {clock.full(data.piece.release_s)} → {data.piece.end_s ? clock.full(data.piece.end_s) : "…"} · {words(maybe(data.piece.fate))}</p>}
            {data.visits.length === 0 ? <Empty /> : (
              <div class="scroll" style={{ maxHeight: "36vh" }} tabIndex={0} role="region" aria-label={title}><table>
                <thead><tr><th scope="col">{t("started")}</th><th scope="col">{t("operation")}</th><th scope="col">{t("cell")}</th><th scope="col">{t("piece")}</th><th scope="col" class="num">{t("waiting")}</th><th scope="col" class="num">{t("time")}</th><th scope="col" class="num">{t("power")}</th><th scope="col">{t("status")}</th></tr></thead>
                <tbody>{data.visits.map((visit) => {
                  const waits = CAUSES.map((cause) => [cause, visit[`wait_${cause}_s`]] as const).filter(([, time]) => time > 0);
                  return <tr><td>{clock.full(visit.start_s)}</td><td>{words(visit.operation)}</td><td>{words(visit.work_center)} {visit.work_unit}</td><td>{words(visit.part)} {visit.serial_number}</td>
                    <td class="num" title={waits.map(([cause, time]) => `${cause} ${quantity(time, "s")}`).join(", ")}>{quantity(waits.reduce((sum, [, time]) => sum + time, 0), "s")}</td><td class="num">{quantity(visit.work_s, "s")}</td><td class="num">{quantity(visit.energy_j, "J")}</td><td class={visit.outcome === "pass" ? "good" : "warn"}>{words(maybe(visit.outcome))} {visit.defect_kind && words(visit.defect_kind)}</td></tr>;
                })}</tbody>
              </table></div>)}
          </>
        )}
      </Loaded>
    </section>
  );
}
