// Feeds and cooling loops as a tree, each with what it draws, what its jobs count for, and what is left.
import { colour } from "../app/colours";
import { quantity, words } from "../app/format";
import { t } from "../app/words";
import type { Limit, Meta, Moment } from "./meta";

interface Branch { name: string; parent: string | null }

export function Feeds({ meta, moment }: { meta: Meta; moment: Moment | undefined }) {
  const of = (name: string, kinds: string[]) => (moment?.limits ?? []).filter((one) => one.name === name && kinds.includes(one.quantity));
  return (
    <>
      <h2>{t("power")}</h2><Tree all={meta.feeds} parent={null} of={(name) => of(name, ["power"])} tone="power" />
      {meta.loops.length > 0 && <><h2>{t("coolant")}</h2><Tree all={meta.loops} parent={null} of={(name) => of(name, ["heat", "flow"])} tone="coolant" /></>}
    </>
  );
}

function Tree({ all, parent, of, tone }: { all: Branch[]; parent: string | null; of: (name: string) => Limit[]; tone: string }) {
  const here = all.filter((one) => one.parent === parent && (of(one.name).length > 0 || parent === null));
  if (!here.length) return null;
  return (
    <ul class="tree">
      {here.map((one) => (
        <li>
          {of(one.name).map((limit) => <Full limit={limit} tone={tone} />)}
          {!of(one.name).length && <span class="small muted">{words(one.name)}: {t("nothing_here")}</span>}
          <Tree all={all} parent={one.name} of={of} tone={tone} />
        </li>
      ))}
    </ul>
  );
}

function Full({ limit, tone }: { limit: Limit; tone: string }) {
  const unit = limit.quantity === "flow" ? "m3/s" : "W";
  const share = limit.limit > 0 ? limit.draw / limit.limit : 0, kept = limit.limit > 0 ? Math.min(1, limit.reserved / limit.limit) : 0;
  const name = `${words(limit.name)} (${limit.quantity})`;
  return (
    <div class="gauge">
      <div class="row small" style={{ gap: ".3rem" }}><b>{words(limit.name)}</b>{limit.quantity !== "power" && <span class="muted">{limit.quantity}</span>}<span class="spacer" /><span>{quantity(limit.draw, unit)} / {quantity(limit.limit, unit)}</span></div>
      <div class="bar" role="meter" aria-label={name} aria-valuenow={Math.round(100 * share)} aria-valuemin={0} aria-valuemax={100}>
        <i class={share > 0.97 ? "hot" : ""} style={{ width: `${Math.min(100, 100 * share)}%`, background: share > 0.97 ? undefined : colour(tone) }} />
        <span style={{ position: "absolute", top: 0, bottom: 0, width: "2px", background: "var(--ink)", left: `${Math.min(99, 100 * kept)}%` }} />
      </div>
      <div class="small muted">{t("headroom")} {quantity(limit.headroom, unit)} · {t("reserved")} {quantity(limit.reserved, unit)}</div>
    </div>
  );
}
