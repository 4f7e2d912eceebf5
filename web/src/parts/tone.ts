// From calm to hot, even in lightness (a cut of the viridis map, turned for dark pages).
import { isDark } from "../app/colours";

const STEPS = { dark: [[40, 50, 80], [33, 145, 140], [253, 231, 37]], light: [[235, 240, 250], [33, 145, 140], [68, 1, 84]] };

export function tone(share: number): string {
  const steps = isDark() ? STEPS.dark : STEPS.light;
  const at = Math.min(1.999, Math.max(0, share) * 2), from = steps[Math.floor(at)], to = steps[Math.floor(at) + 1], part = at % 1;
  return `rgb(${from.map((one, place) => Math.round(one + (to[place] - one) * part)).join(",")})`;
}

/** Ink that can be read on that tone. */
export const inkOn = (share: number): string => (isDark() ? (share > 0.45 ? "#0b1016" : "#e6eaf0") : share > 0.4 ? "#ffffff" : "#1b2330");
