/// The page's look, in light and dark, wide and narrow, and on paper.
enum ReportStyle {
  static let css = """
    :root { color-scheme: light dark; --back: #fbfbfa; --card: #fff; --ink: #1c1f23; --soft: #5b636d; --line: #d9dde2;
      --stays: #8fa3b8; --moved: #5d7185; --room: #eef1f4; --gone: #c9ced4; --accent: #0b6e4f; --bound: #b4540a; }
    @media (prefers-color-scheme: dark) { :root { --back: #14171a; --card: #1d2125; --ink: #e8eaed; --soft: #a0a8b1;
      --line: #353b42; --stays: #6b8199; --moved: #93a9c0; --room: #262b31; --gone: #40474f; --accent: #4cc38a; --bound: #f0a35e; } }
    * { box-sizing: border-box; }
    body { margin: 0 auto; max-width: 1500px; padding: 1rem 1.25rem 3rem; background: var(--back); color: var(--ink);
      font: 15px/1.45 system-ui, sans-serif; }
    h1 { font-size: 1.6rem; margin: 0.3rem 0 0; }
    h2 { font-size: 1.15rem; margin: 2rem 0 0.6rem; }
    header p, .legend, .card p:last-child, figcaption { color: var(--soft); margin: 0.2rem 0; }
    .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 0.8rem; margin-top: 1.2rem; }
    .card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 0.8rem 1rem; }
    .card h2 { font-size: 0.85rem; font-weight: 600; color: var(--soft); margin: 0; }
    .figure { font-size: 1.45rem; font-weight: 650; margin: 0.15rem 0; font-variant-numeric: tabular-nums; }
    .controls { display: flex; flex-wrap: wrap; gap: 0.6rem 1.6rem; align-items: center; margin-bottom: 0.6rem; }
    .controls label { display: inline-flex; gap: 0.5rem; align-items: center; }
    input[type=search] { width: 17rem; max-width: 60vw; padding: 0.3rem 0.5rem; border: 1px solid var(--line);
      border-radius: 6px; background: var(--card); color: inherit; font: inherit; }
    .pictures { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
    @media (max-width: 800px) { .pictures { grid-template-columns: 1fr; } }
    figure { margin: 0; min-width: 0; }
    canvas { width: 100%; display: block; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
    canvas:focus-visible { outline: 2px solid var(--accent); }
    .key { display: inline-block; width: 0.9em; height: 0.9em; vertical-align: -0.1em; border: 1px solid var(--line); }
    .key.freed { background: linear-gradient(90deg, #d1495b, #edae49, #00798c); }
    .key.stays { background: var(--stays); }
    .key.moved { background: var(--moved); }
    .key.gone { background: repeating-linear-gradient(45deg, var(--gone) 0 2px, transparent 2px 5px); }
    #details { min-height: 1.5rem; margin-top: 0.6rem; }
    #details h3 { margin: 0.4rem 0 0.2rem; font-size: 1rem; }
    #details ul { columns: 24rem; margin: 0.3rem 0; padding-left: 1.2rem; }
    svg { width: 100%; max-width: 1000px; height: auto; background: var(--card); border: 1px solid var(--line);
      border-radius: 8px; }
    svg text { font: 12px system-ui, sans-serif; fill: var(--soft); }
    svg .end { text-anchor: end; }
    svg .bill { fill: none; stroke: var(--accent); stroke-width: 2; }
    svg .bound { fill: none; stroke: var(--bound); stroke-width: 1.5; stroke-dasharray: 5 4; }
    .scroll { overflow-x: auto; margin: 0.8rem 0; }
    table { border-collapse: collapse; min-width: 30rem; }
    caption { text-align: left; color: var(--soft); padding: 0.2rem 0; }
    th, td { text-align: left; padding: 0.22rem 0.9rem 0.22rem 0; border-bottom: 1px solid var(--line);
      vertical-align: top; overflow-wrap: anywhere; }
    th { font-weight: 600; white-space: nowrap; }
    .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    button { font: inherit; padding: 0.25rem 0.8rem; border: 1px solid var(--line); border-radius: 6px;
      background: var(--card); color: inherit; }
    #tip { position: fixed; pointer-events: none; background: var(--ink); color: var(--back); padding: 0.3rem 0.55rem;
      border-radius: 6px; font-size: 0.85rem; max-width: 24rem; white-space: pre-line; z-index: 2; }
    @media print { .controls, .pager, #tip { display: none !important; } body { max-width: none; } }
    """
}
