// What the app says, in English and Japanese. Names of the scenario and definitions of KPIs stay as their author wrote them.
const WORDS = {
  runs: ["Runs", "実行"], new_run: ["New run", "新しい実行"], rerun: ["Run again, changed", "変更して再実行"], per_week: ["per week", "/週"], per_day: ["per day", "/日"], per_year: ["per year", "/年"], nothing_pinned: ["No view has been put aside. Open a run, and on any of its pages choose “Add this view to a report”.", "まだ何も追加されていません。実行のページを開き「レポートに追加」を選んでください。"], points: ["points", "ポイント"], compare: ["Compare", "比較"], overview: ["Overview", "概要"],
  floor: ["Floor", "フロア"], schedule: ["Schedule", "スケジュール"], time: ["Over time", "時系列"], tables: ["Tables", "テーブル"],
  distributions: ["Distributions", "分布"], assumptions: ["Assumptions", "前提条件"], report: ["Report", "レポート"],
  supply: ["Supply", "サプライ"], fleet: ["Fleet", "フリート"], hall: ["Hall", "データホール"], plan: ["Plan", "計画"],
  search: ["Search", "検索"], name: ["Name", "名前"], scenario: ["Scenario", "シナリオ"], status: ["Status", "状態"],
  started: ["Started", "開始"], replications: ["Replications", "反復"], rows: ["Rows", "行数"], seed: ["Seed", "シード"],
  loading: ["Loading…", "読み込み中…"], nothing: ["Nothing here yet", "まだ何もありません"],
  no_runs: ["No runs in this folder yet. Start one from a scenario.", "このフォルダーには実行がまだありません。シナリオから開始してください。"],
  went_wrong: ["That did not work", "エラーが発生しました"], retry: ["Try again", "再試行"], remedy: ["What helps", "対処"],
  cancel: ["Cancel", "中止"], resume: ["Resume", "再開"], start: ["Start", "開始する"], save: ["Save", "保存"], open: ["Open", "開く"],
  download: ["Download", "ダウンロード"], link: ["This view as JSON", "この表示のJSON"], previous: ["Previous", "前へ"], next: ["Next", "次へ"],
  filter: ["Filter", "絞り込み"], add: ["Add", "追加"], remove: ["Remove", "削除"], column: ["Column", "列"], value: ["Value", "値"],
  operator: ["Operator", "演算子"], of: ["of", "/"], all: ["all", "すべて"], play: ["Play", "再生"], pause: ["Pause", "一時停止"],
  speed: ["Speed", "速度"], replication: ["Replication", "反復番号"], theme: ["Dark or light", "ダーク／ライト"], language: ["日本語", "English"],
  running: ["running", "実行中"], finished: ["finished", "完了"], interrupted: ["interrupted", "中断"], failed: ["failed", "失敗"],
  damaged: ["damaged", "破損"], queued: ["waiting", "待機中"], power: ["Power", "電力"], coolant: ["Cooling", "冷却"], people: ["People", "人員"],
  wip: ["Pieces in the plant", "仕掛品"], states: ["Equipment states", "設備の状態"], waiting: ["waiting", "待ち"], limit: ["limit", "上限"],
  bottleneck: ["What limits the plant", "ボトルネック"], bottleneck_note: ["Share of the time in which each is the bottleneck (bar) and at its limit at all (mark), with 95 % interval", "各要素がボトルネックである時間の割合（棒）と上限に達している割合（印）、95 % 区間"],
  marginal: ["What one more would bring", "一単位増やした効果"], definition: ["Definition", "定義"], share_of_rows: ["% of the rows", "行の割合 %"], better: ["Direction", "良い方向"],
  higher: ["higher is better", "高いほど良い"], lower: ["lower is better", "低いほど良い"], per_replication: ["Each replication", "反復ごと"],
  difference: ["Difference ± 95 %", "差 ± 95 %"], only_significant: ["Only differences that leave out zero", "ゼロを含まない差のみ"],
  base: ["Base", "基準"], choose_two: ["Choose two or more runs in the list to compare them.", "比較する実行を一覧から二つ以上選んでください。"],
  source: ["Source", "出典"], confidence: ["Confidence", "信頼度"], range: ["Range", "範囲"], quantity: ["Quantity", "量"], tornado: ["Which unknowns decide", "感度（トルネード）"],
  no_tornado: ["No study of this scenario here yet. To make one:", "このシナリオの感度分析はまだありません。作成するには:"],
  history: ["History", "履歴"], close: ["Close", "閉じる"], piece: ["Piece", "品目"], cell: ["Cell", "セル"], kpis: ["Numbers", "指標"],
  check_ok: ["No errors", "エラーなし"], problems: ["problems", "件の問題"], oddities: ["look odd", "件の注意"], form: ["Form", "フォーム"], text: ["Text", "テキスト"],
  overrides: ["Overrides (one a line: path=value)", "上書き（一行に一つ: path=value）"], from: ["Start from", "元にする"], keyboard: ["Skip to the content", "本文へ"],
  view_2d: ["Plan", "平面"], view_3d: ["3D", "3D"], zoom_out: ["Whole run", "全期間"], merged: ["bars merged; zoom in for each visit", "本の棒を統合表示。拡大すると個別に表示"],
  marginals_wanted: ["Find what one more of each limit would bring", "各上限を増やした効果も求める"], progress: ["Progress", "進捗"], group_by: ["One per", "区分"],
  table: ["Table", "テーブル"], no_report: ["This run has no report.", "この実行にはレポートがありません。"], full_report: ["Open the report on its own", "レポートを別に開く"],
  warm_up: ["warm-up", "ウォームアップ"], order: ["Order", "注文"], sql: ["Ask in SQL", "SQLで質問"], ask: ["Ask", "実行"], pin: ["Add this view to a report", "この表示をレポートに追加"], builder: ["Report builder", "レポート作成"],
  note: ["Note", "メモ"], title: ["Title", "題名"], print: ["Print or save as PDF", "印刷・PDF保存"], pinned: ["Added to the report", "レポートに追加しました"], up: ["Up", "上へ"], sourced: ["with a source", "出典あり"], assumed: ["assumed", "仮定"], unit: ["Unit", "単位"],
  what_if: ["What if it moved", "移動した場合"], days_later: ["Days later", "遅らせる日数"], simulate_again: ["Simulate again", "再シミュレーション"], moved: ["Moved", "移動後"], difference_only: ["Difference", "差"],
  drag_hint: ["Drag to zoom; with Shift, drag a bar to move its order", "ドラッグで拡大、Shift＋棒のドラッグで注文を移動"],
  rack: ["Rack", "ラック"], racks: ["Racks", "ラック"], nameplate: ["nameplate", "定格"], headroom: ["headroom", "余裕"], reserved: ["reserved", "予約"], nothing_here: ["nothing hangs on it", "接続なし"],
  coloured_by: ["Coloured by", "色分け"], hall_power: ["Power", "電力"], hall_busy: ["GPUs held", "GPU使用率"], hall_temperature: ["GPU temperature", "GPU温度"], hall_setting: ["Capping", "電力制限"], hall_down: ["Out of use", "停止ノード"], hall_job: ["Job", "ジョブ"],
  hall_job_about: ["The class of the job that holds most GPUs of the rack; the number says how many jobs are there", "ラックのGPUを最も多く使うジョブの種類。数字はジョブ数"],
  jobs: ["Jobs", "ジョブ"], job: ["Job", "ジョブ"], job_class: ["Class", "種類"], gpus: ["GPUs", "GPU数"], submitted: ["Submitted", "投入"], waited: ["Waited", "待ち時間"], ended: ["Ended", "終了"], held_time: ["Held GPUs for", "占有時間"], energy: ["Energy", "電力量"], fate: ["Fate", "結果"], attempts: ["starts", "回開始"], attempt: ["start", "開始"],
  at_work: ["at work", "実行中"], to_come: ["to come", "投入前"], jobs_at_work: ["jobs at work", "実行中のジョブ"], gpus_held: ["of GPUs held", "のGPUを使用"], coolant_supply: ["Coolant supply", "冷却水供給"], coolant_return: ["return", "還り"],
  compute_nodes: ["Compute nodes", "計算ノード"], node: ["Node", "ノード"], out_of_use: ["out of use", "停止中"], free: ["free", "空き"], no_jobs: ["No job holds a GPU of this rack now.", "このラックのGPUを使うジョブは現在ありません。"], week: ["Week", "週"], day: ["Day", "日"],
  frontier: ["Power policies compared", "電力方針の比較"], no_frontier: ["No comparison of power policies here yet. To make one:", "電力方針の比較はまだありません。作成するには:"], frontier_about: ["up and left is better", "左上ほど良い"], policy: ["Policy", "方針"],
  gpus_by_use: ["GPUs by what they do", "GPUの使用状況"], provisioned: ["provisioned", "供給能力"], drawn: ["drawn", "消費"], price: ["Price of power", "電力価格"], pue_about: ["cooling plant by racks, less one; losses upstream and air cooling aside", "冷却設備のみ（1を引いた値）"], jobs_waiting: ["Jobs waiting", "待機ジョブ"],
  planned_simulated: ["Planned against simulated", "計画とシミュレーションの比較"], planned: ["planned", "計画"], simulated: ["simulated", "シミュレーション"], actual: ["actual", "実績"], actual_run: ["What really happened (a run)", "実績の実行"],
  no_plan: ["No schedule of this scenario here yet. To make one (the scenario needs an order book):", "このシナリオの計画はまだありません。作成するには（注文表が必要）:"], done: ["Done", "完了"], late_by: ["later than planned", "計画からの遅れ"], starts_within: ["of first visits begin within an hour of the plan", "の初回作業が計画から1時間以内に開始"],
  network: ["Network", "ネットワーク"], site: ["Site", "拠点"], sites: ["sites", "拠点"], lanes: ["lanes", "輸送経路"], lane: ["Lane", "経路"], from_site: ["From", "発"], to_site: ["To", "着"], mode: ["Mode", "輸送手段"], lead_time: ["Lead time", "リードタイム"], a_week: ["pieces a week", "個／週"], exposure: ["exposure", "リスク"],
  stock: ["Stock", "在庫"], on_hand: ["On hand", "手持ち"], owed: ["owed", "未納"], on_order: ["On order", "発注残"], in_transit: ["In transit", "輸送中"], risk_none: ["no exposure", "リスクなし"], risk_some: ["exposed", "リスクあり"], risk_worst: ["among the worst", "リスク大"],
  map_about: ["Width: pieces a week. Colour: cost of six weeks without it, as share of the dearest such loss.", "線の太さは週あたりの個数、色は6週間失った場合の損失額（最大の損失に対する割合）。"], map_columns: ["Not all sites have a position: suppliers stand left, customers right.", "位置のない拠点があるため、供給元を左、顧客を右に配置。"],
  paper: ["Print", "印刷"], clock: ["Time", "時刻"], feed: ["Feed", "給電系統"], loop: ["Loop", "冷却系統"], heat_keys: ["Arrow keys move row and moment, with Shift by ten", "矢印キーで行と時刻を移動、Shiftで10ずつ"], rack_keys: ["Arrow keys move from rack to rack", "矢印キーでラックを移動"],
  peak: ["peak", "最大"], mean: ["mean", "平均"], present: ["present", "在席"], busy: ["busy", "作業中"],
  productive: ["productive", "稼働"], standby: ["standby", "待機"], engineering: ["engineering", "技術作業"], scheduled_down: ["scheduled down", "計画停止"], unscheduled_down: ["unscheduled down", "故障停止"], non_scheduled: ["non-scheduled", "非稼働時間"],
  pass: ["pass", "合格"], fail: ["fail", "不合格"], false_fail: ["false fail", "誤不合格"], scrap: ["scrap", "廃棄"], repaired: ["repaired", "修理済"], blocked: ["blocked", "滞留"], shipped: ["shipped", "出荷済"], scrapped: ["scrapped", "廃棄済"], in_plant: ["in the plant", "工場内"],
  completed: ["completed", "完了"], contains: ["contains", "含む"], one_of: ["one of", "いずれか"], is_empty: ["is empty", "空"], visits: ["visits", "回の作業"], operation: ["Operation", "工程"],
  no_difference: ["No difference is clear of zero: take the mark away to see them all", "ゼロと区別できる差はありません。チェックを外すとすべて表示されます"], described: ["Disruptions of the scenario, against the dearest loss", "シナリオの障害（最大の損失に対する倍率）"],
  heat: ["heat", "熱"], flow: ["flow", "流量"], useful_gpu_h_per_day: ["useful GPU-hours", "有効GPU時間"], mean_w: ["mean power", "平均電力"], peak_w: ["peak power", "最大電力"], kwh_per_gpu_h: ["energy per useful GPU-hour", "有効GPU時間あたり電力量"], mean_wait_s: ["mean wait", "平均待ち時間"], effective_time_ratio: ["effective time ratio", "実効時間比"], per_provisioned_mw: ["useful per provisioned MW", "供給1MWあたり有効"],
} as const satisfies Record<string, readonly [string, string]>;

export type Word = keyof typeof WORDS;
let language: 0 | 1 = 0;

export function setLanguage(code: string) {
  language = code === "ja" ? 1 : 0;
  document.documentElement.lang = language ? "ja" : "en";
}

export const t = (word: Word): string => WORDS[word][language];
export const maybe = (word: string): string => (word in WORDS ? t(word as Word) : word);
export const locale = () => (language ? "ja-JP" : "en-GB");
