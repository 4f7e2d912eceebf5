// Colours by meaning come from the report's palette, so that a word has one colour everywhere.
import { getJson } from "./api";

export interface Palette { colours: Record<string, [string, string]>; states: Record<string, string> }
let palette: Palette = { colours: {}, states: {} };

export const isDark = () => document.documentElement.dataset.theme === "dark";
export const colour = (name: string): string => palette.colours[name.replace("$", "")]?.[isDark() ? 1 : 0] ?? "#888888";
export const stateColour = (state: string): string => colour(palette.states[state] ?? "muted");
export const seriesColour = (place: number): string => colour(`series_${place % 8}`);

export async function loadPalette() {
  palette = await getJson<Palette>("/api/palette");
}

export function setTheme(theme: "dark" | "light") {
  document.documentElement.dataset.theme = theme;
  localStorage.setItem("theme", theme);
  window.dispatchEvent(new Event("theme"));
}

const REDRAWN_MS = 700;

/** Print what is shown in the colours of a light page, however the reader has it on the screen. */
export function onPaper() {
  const before = isDark();
  const show = (theme: "dark" | "light") => { document.documentElement.dataset.theme = theme; window.dispatchEvent(new Event("theme")); };
  if (before) show("light");
  setTimeout(() => { window.print(); if (before) show("dark"); }, before ? REDRAWN_MS : 0);
}
