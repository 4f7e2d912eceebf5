// Numbers of racks as people read them: watts in kilowatts, kelvin in degrees Celsius, shares in per cent.
import { number, quantity } from "../app/format";

export function told(value: number | null, unit: string): string {
  if (value === null) return "–";
  if (unit === "K") return `${number(value - 273.15)} °C`;
  if (unit === "1") return `${number(100 * value)} %`;
  return unit === "" ? number(value, 2) : quantity(value, unit);
}

/** Short enough for the box of a rack. */
export function shownValue(value: number | null, measure: string): string {
  if (value === null) return "–";
  if (measure === "power") return number(value / 1e3);
  if (measure === "temperature") return `${Math.round(value - 273.15)}°`;
  if (measure === "busy" || measure === "down") return value > 0 ? `${Math.round(100 * value)} %` : "";
  return value > 0.005 ? number(value, 2) : "";
}
