// The app: skip link, head with language and theme, and the page that the address names.
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { isDark, loadPalette, setTheme } from "./app/colours";
import { followLinks, usePlace } from "./app/router";
import { setLanguage, t } from "./app/words";
import { Compare } from "./pages/compare";
import { RunPage } from "./pages/run";
import { Runs } from "./pages/runs";
import { lazyPage } from "./parts/lazy";
import "./styles.css";

const Start = lazyPage(() => import("./pages/start"));
const Builder = lazyPage(() => import("./pages/builder"));

function App() {
  const { path, search } = usePlace();
  const [, setTurn] = useState(0);
  useEffect(() => { document.title = ["racktwin", ...path].join(" · "); }, [path.join("/")]);
  const language = () => {
    const next = document.documentElement.lang === "ja" ? "en" : "ja";
    localStorage.setItem("language", next);
    setLanguage(next);
    setTurn((n) => n + 1);
  };
  const links: [string, string, boolean][] = [
    ["/", t("runs"), !path.length || path[0] === "run"], ["/new", t("new_run"), path[0] === "new"], ["/compare", t("compare"), path[0] === "compare"], ["/report", t("builder"), path[0] === "report"],
  ];
  return (
    <div onClick={followLinks}>
      <a class="skip" href="#content">{t("keyboard")}</a>
      <header class="top">
        <a class="brand" href="/"><img src="/favicon.svg" alt="" width="22" height="22" />racktwin</a>
        <nav aria-label="racktwin">{links.map(([address, name, here]) => <a href={address} aria-current={here ? "page" : undefined}>{name}</a>)}</nav>
        <span class="spacer" />
        <button onClick={language}>{t("language")}</button>
        <button onClick={() => setTheme(isDark() ? "light" : "dark")}>{t("theme")}</button>
      </header>
      <main id="content" tabIndex={-1} key={document.documentElement.lang}><Page path={path} search={search} /></main>
    </div>
  );
}

function Page({ path, search }: { path: string[]; search: URLSearchParams }) {
  if (path[0] === "run" && path[1]) return <RunPage key={path[1]} run={path[1]} page={path[2] ?? "overview"} rest={path.slice(3)} />;
  if (path[0] === "new") return <Start key={search.toString()} />;
  if (path[0] === "compare") return <Compare />;
  if (path[0] === "report") return <Builder />;
  return <Runs />;
}

setLanguage(localStorage.getItem("language") ?? navigator.language.slice(0, 2));
setTheme((localStorage.getItem("theme") as "dark" | "light" | null) ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
loadPalette().catch(() => undefined).then(() => render(<App />, document.getElementById("app")!));
