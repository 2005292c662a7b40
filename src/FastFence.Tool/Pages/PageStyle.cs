namespace FastFence.Tool.Pages;

/// <summary>The page's style sheet: light, dark and on paper. No font, picture or script is fetched.</summary>
internal static class PageStyle
{
    internal const string Css = """
        :root {
          --page: #f9f9f7; --surface: #fcfcfb; --ink: #0b0b0b; --ink2: #52514e; --ink3: #6f6e69; --grid: #e1e0d9; --axis: #b4b3ac;
          --s1: #2a78d6; --s2: #c2521f; --good: #006300; --bad: #b02a2a;
          --shade0: #b7d3f6; --shade1: #6da7ec; --shade2: #256abf; --shade3: #104281; --on0: #0b0b0b; --on1: #0b0b0b; --on2: #ffffff; --on3: #ffffff;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #0d0d0d; --surface: #1a1a19; --ink: #ffffff; --ink2: #c3c2b7; --ink3: #a3a299; --grid: #2c2c2a; --axis: #565550;
            --s1: #5598e7; --s2: #e8834f; --good: #3fbf3f; --bad: #ef7070;
            --shade0: #123a6b; --shade1: #1c5cab; --shade2: #5598e7; --shade3: #b7d3f6; --on0: #ffffff; --on1: #ffffff; --on2: #0b0b0b; --on3: #0b0b0b;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.45 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
        main { max-width: 1088px; margin: 0 auto; padding: 24px; }
        h1 { font-size: 26px; margin: 0 0 4px; }
        h2 { font-size: 18px; margin: 0 0 4px; }
        p { margin: 0 0 8px; color: var(--ink2); }
        section { margin: 32px 0 0; }
        figure { margin: 12px 0 0; min-width: 0; }
        figcaption { color: var(--ink2); font-size: 13px; }
        .verdict { font-weight: 600; }
        .good { color: var(--good); }
        .bad { color: var(--bad); }
        .figures { color: var(--ink); font-variant-numeric: tabular-nums; }
        .note { color: var(--ink3); font-size: 13px; }
        .tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: 8px; margin: 16px 0 0; padding: 0; list-style: none; }
        .tiles li { background: var(--surface); border: 1px solid var(--grid); border-radius: 6px; padding: 8px 12px; }
        .tiles b { display: block; font-size: 20px; font-weight: 600; }
        .tiles span { color: var(--ink2); font-size: 13px; }
        .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 24px; }
        .chart { overflow-x: auto; }
        svg { display: block; width: 100%; height: auto; min-width: 360px; }
        .tick { font-size: 12px; fill: var(--ink3); font-variant-numeric: tabular-nums; }
        .end { text-anchor: end; }
        .middle { text-anchor: middle; }
        .grid { stroke: var(--grid); }
        .axis, .mark { stroke: var(--axis); }
        .bar { fill: var(--s1); }
        .line { fill: none; stroke: var(--s1); stroke-width: 2; stroke-linejoin: round; }
        .dot { fill: var(--s1); stroke: var(--page); stroke-width: 1; }
        .line.s2 { stroke: var(--s2); stroke-dasharray: 5 3; }
        .dot.s2 { fill: var(--s2); }
        .shade0 { fill: var(--shade0); background: var(--shade0); }
        .shade1 { fill: var(--shade1); background: var(--shade1); }
        .shade2 { fill: var(--shade2); background: var(--shade2); }
        .shade3 { fill: var(--shade3); background: var(--shade3); }
        .lifetext { font-size: 11px; text-anchor: middle; }
        .on0 { fill: var(--on0); } .on1 { fill: var(--on1); } .on2 { fill: var(--on2); } .on3 { fill: var(--on3); }
        .key { margin-left: 16px; white-space: nowrap; }
        .key i { display: inline-block; width: 14px; height: 10px; margin-right: 5px; border-radius: 2px; }
        .key .s1 { background: var(--s1); }
        .key .s2 { background: var(--s2); }
        table { border-collapse: collapse; margin: 12px 0 0; font-size: 13px; font-variant-numeric: tabular-nums; }
        th, td { padding: 3px 12px 3px 0; text-align: right; border-bottom: 1px solid var(--grid); white-space: nowrap; }
        th { color: var(--ink2); font-weight: 600; }
        th:first-child, td:first-child, th.text, td.text { text-align: left; }
        @media (max-width: 860px) { .pair { grid-template-columns: 1fr; } .tiles { grid-template-columns: 1fr 1fr; } main { padding: 12px; } }
        @media print {
          @page { size: A4; margin: 14mm; }
          :root {
            --page: #ffffff; --surface: #ffffff; --ink: #000000; --ink2: #333333; --ink3: #555555; --grid: #dddddd; --axis: #999999;
            --s1: #2a78d6; --s2: #c2521f; --good: #006300; --bad: #b02a2a;
            --shade0: #b7d3f6; --shade1: #6da7ec; --shade2: #256abf; --shade3: #104281; --on0: #0b0b0b; --on1: #0b0b0b; --on2: #ffffff; --on3: #ffffff;
          }
          body { font-size: 11px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
          main { max-width: none; padding: 0; }
          .pair { grid-template-columns: 1fr 1fr; }
          .tiles { grid-template-columns: repeat(4, 1fr); }
          .chart { overflow: visible; }
          svg { min-width: 0; }
          section { margin: 18px 0 0; }
          h1 { font-size: 20px; }
          h2 { font-size: 15px; }
          .tiles b { font-size: 15px; }
          .tiles span, figcaption, .note { font-size: 10px; }
          .tick { font-size: 13px; }
          figure, tr, .tiles li, .latency { break-inside: avoid; }
          h2, h2 + p, figcaption { break-after: avoid; }
          table { font-size: 10px; }
        }

        """;
}
