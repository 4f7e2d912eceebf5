// A heat map on a canvas: a row for each group, a column for each moment.
import { useEffect, useRef } from "preact/hooks";
import { colour, isDark } from "../app/colours";
import { words } from "../app/format";
import { useTheme } from "./common";

const LEFT = 150, ROW = 14;

export function Heat({ rows, at, pick, label }: { rows: { name: string; value: (number | null)[] }[]; at: number; pick: (place: number) => void; label: string }) {
  const place = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  const moments = rows[0]?.value.length ?? 0, height = rows.length * ROW + 4;
  useEffect(() => {
    const canvas = place.current!, width = canvas.parentElement!.clientWidth, ratio = devicePixelRatio;
    canvas.width = width * ratio; canvas.height = height * ratio;
    canvas.style.width = `${width}px`; canvas.style.height = `${height}px`;
    const c = canvas.getContext("2d")!, step = (width - LEFT) / Math.max(1, moments);
    const values = rows.flatMap((row) => row.value.filter((one): one is number => one !== null));
    const low = Math.min(...values), span = Math.max(...values) - low || 1;
    c.scale(ratio, ratio);
    c.font = "11px system-ui, sans-serif";
    rows.forEach((row, number) => {
      c.fillStyle = colour("ink");
      c.fillText(words(row.name).slice(0, 24), 2, number * ROW + 11);
      row.value.forEach((value, moment) => {
        c.fillStyle = value === null ? colour("grid") : tone((value - low) / span);
        c.fillRect(LEFT + moment * step, number * ROW, step + 0.4, ROW - 1);
      });
    });
    c.strokeStyle = colour("ink");
    c.lineWidth = 2;
    c.strokeRect(LEFT + at * step, 0, Math.max(2, step), height - 4);
  }, [rows, at, theme]);
  const moment = (event: MouseEvent) => Math.max(0, Math.min(moments - 1, Math.floor(((event.offsetX - LEFT) / (place.current!.clientWidth - LEFT)) * moments)));
  return <div class="scroll" style={{ maxHeight: "46vh" }} tabIndex={0} role="region" aria-label={label}><canvas ref={place} role="img" aria-label={label} data-heat={rows.length} onClick={(event) => pick(moment(event))} /></div>;
}

/** From calm to hot, even in lightness (a cut of the viridis map, turned for dark pages). */
function tone(share: number): string {
  const steps = isDark() ? [[40, 50, 80], [33, 145, 140], [253, 231, 37]] : [[235, 240, 250], [33, 145, 140], [68, 1, 84]];
  const at = Math.min(1.999, Math.max(0, share) * 2), from = steps[Math.floor(at)], to = steps[Math.floor(at) + 1], part = at % 1;
  return `rgb(${from.map((one, place) => Math.round(one + (to[place] - one) * part)).join(",")})`;
}
