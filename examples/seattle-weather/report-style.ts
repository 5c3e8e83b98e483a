/** The look of the report. */
export const STYLE = `
:root { --ink: #1b2733; --soft: #5d6b7a; --line: #e4e8ed; --actual: #aab4bf; --learned: #0b7a75; color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #f6f7f9; color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", Roboto, sans-serif; }
main { max-width: 940px; margin: 0 auto; padding: 48px 24px 64px; }
h1 { font-size: 30px; line-height: 1.2; letter-spacing: -0.02em; margin: 0 0 8px; }
h2 { font-size: 17px; margin: 0 0 2px; }
p { margin: 0; }
.lead, .note { color: var(--soft); }
.note { font-size: 14px; margin-bottom: 14px; }
section { background: #fff; border: 1px solid var(--line); border-radius: 12px; padding: 22px 24px; margin-top: 20px; }
.facts { display: grid; grid-template-columns: repeat(3, 1fr); gap: 16px; margin-top: 28px; }
.facts div { background: #fff; border: 1px solid var(--line); border-radius: 12px; padding: 16px 20px; }
.facts dt { font-size: 13px; color: var(--soft); }
.facts dd { margin: 2px 0 0; font-size: 24px; font-weight: 650; letter-spacing: -0.01em; }
dl { margin: 0; }
svg { display: block; width: 100%; height: auto; font: 13px system-ui, "Segoe UI", Roboto, sans-serif; }
.grid { stroke: var(--line); }
.tick { fill: var(--soft); font-size: 12px; }
.name, .figure { fill: var(--ink); font-size: 14px; }
polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
.actual { stroke: var(--actual); }
.predicted { stroke: var(--learned); }
.naive { fill: #c3cbd4; }
.learned { fill: var(--learned); }
.key::before { content: ""; display: inline-block; width: 18px; height: 3px; border-radius: 2px; margin: 0 6px 4px 0; background: var(--color); }
.key + .key { margin-left: 16px; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { font-size: 13px; font-weight: 500; color: var(--soft); }
th, td { padding: 8px 0; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child, td:first-child { text-align: left; }
tr:last-child td { border-bottom: 0; }
@media (max-width: 640px) { .facts { grid-template-columns: 1fr; } }
`;
