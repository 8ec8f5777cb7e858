/** Dark where the reader's screen is, black on white on paper; no block is torn over two sheets. */
export const STYLE = `
:root{color-scheme:light dark;--ink:#1c2024;--soft:#60646c;--line:#dfe2e6;--paper:#fff;--tray:#f4f5f7}
@media(prefers-color-scheme:dark){:root{--ink:#edeef0;--soft:#a4a9b0;--line:#33373d;--paper:#16181b;--tray:#1f2226}}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1060px;margin:0 auto;padding:24px 20px}
h1{font-size:24px;margin:0 0 12px}h2{font-size:19px;margin:32px 0 8px}h3{font-size:15px;margin:0 0 8px;overflow-wrap:anywhere}
p{margin:6px 0;max-width:75ch}
pre{background:var(--tray);padding:10px 12px;overflow-x:auto;font-size:13px;margin:8px 0;white-space:pre-wrap}
.wide,article{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:13px}
caption{text-align:left;font-weight:600;font-size:15px;padding:14px 0 6px}
th,td{text-align:right;padding:4px 10px;border-bottom:1px solid var(--line)}
td{white-space:nowrap}
thead th{color:var(--soft);font-weight:500;vertical-align:bottom}tbody th{font-weight:500;white-space:nowrap}
th:first-child,.sums td:nth-child(2),.sums th:nth-child(2){text-align:left;padding-left:0}
article{border-top:1px solid var(--line);padding:14px 0 18px}
.pictures{display:flex;flex-wrap:wrap;gap:14px;margin-bottom:8px}
figure{margin:0;max-width:320px}
figcaption{color:var(--soft);font-size:13px;max-width:320px}
img{display:block;max-width:100%;height:auto;background:var(--tray)}
.alone{display:flex;flex-wrap:wrap;gap:8px 24px;align-items:flex-start}
.none{background:var(--tray);color:var(--soft);padding:24px 16px;margin:0;font-size:13px}
li{overflow-wrap:anywhere}
@media print{:root{--ink:#000;--soft:#444;--line:#bbb;--paper:#fff;--tray:#f2f2f2}main{max-width:none;padding:0}body{font-size:11px}article{break-inside:avoid}h2{break-after:avoid}.wide,article{overflow:visible}}
`;
