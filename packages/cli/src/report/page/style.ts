/** How the page of a run looks: by day and by night, on paper too. */
export const style = `
:root { color-scheme: light dark; --ink: #1c2024; --soft: #5b6570; --line: #d5dae0; --ground: #fff; --box: #f5f7f9;
  --error: #b3261e; --warning: #8a5300; --information: #2257a8; --train: #2257a8; --validation: #c2570c; --before: #7d8590; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --soft: #9aa4ae; --line: #39414a; --ground: #14181c;
  --box: #1d2329; --error: #ff8a80; --warning: #ffc266; --information: #8db8ff; --train: #8db8ff; --validation: #ff9d5c;
  --before: #9aa4ae; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 56rem; padding: 1.5rem 1rem 4rem; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; } h3 { font-size: 1rem; margin: 0; }
p, ul { margin: .4rem 0; } ul { padding-left: 1.2rem; }
.soft, caption, figcaption { color: var(--soft); font-size: .9rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .8rem .25rem 0; text-align: right; border-bottom: 1px solid var(--line); vertical-align: top; }
th:first-child { text-align: left; font-weight: 500; } thead th { color: var(--soft); font-weight: 500; }
td small { display: block; color: var(--soft); white-space: nowrap; }
article { border-left: 4px solid; background: var(--box); padding: .7rem 1rem; margin: .8rem 0; }
article.error { border-color: var(--error); } article.warning { border-color: var(--warning); }
article.information { border-color: var(--information); }
article h3 span { font-weight: 400; } .error h3 span { color: var(--error); } .warning h3 span { color: var(--warning); }
.information h3 span { color: var(--information); }
pre, code { font: .87rem/1.45 ui-monospace, monospace; } pre { margin: .4rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; }
summary { cursor: pointer; }
figure { margin: .8rem 0; } svg { width: 100%; height: auto; display: block; }
svg text { fill: var(--soft); font: 12px system-ui, sans-serif; } svg .grid { stroke: var(--line); }
svg .kept { stroke: var(--soft); stroke-dasharray: 2 3; }
svg path { fill: none; stroke-width: 2; stroke-linejoin: round; }
svg .train { stroke: var(--train); } svg .validation { stroke: var(--validation); }
svg .before { stroke: var(--before); stroke-dasharray: 6 4; }
.key::before { content: ""; display: inline-block; width: 1.4rem; margin: 0 .4rem 0 0; vertical-align: middle; border-top: 3px solid; }
.key { margin-right: 1.2rem; } .key.train::before { border-color: var(--train); }
.key.validation::before { border-color: var(--validation); } .key.before::before { border-top-style: dashed; border-color: var(--before); }
@media print { article { break-inside: avoid; } }
`;
